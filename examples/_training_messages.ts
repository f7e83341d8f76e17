/**
 * What `deno task train` says before and after a run.
 */

import { counted } from "@simsc/core/data";
import type { StartedRun, TrainOutcome } from "@simsc/core/runs";

/**
 * How a run is trained.
 *
 * @param run The run.
 * @param backend Name of the backend.
 * @returns A line, and one more where all of a backbone is random.
 */
export function startMessage(
  { config, files, checkpoint }: StartedRun,
  backend: string,
): string {
  const { backbone, groupSize, weights } = config;
  const steps = groupSize === null
    ? "pairs"
    : `groups of ${counted(groupSize, "image")}`;
  const from = checkpoint ? ` from step ${checkpoint.step}` : "";
  const started =
    `training on ${backend} by ${steps}${from}, run in ${files.folder}`;
  return weights === null && !backbone.startsWith("tiny")
    ? `${started}\n${backbone} starts from random weights: no --weights given`
    : started;
}

/**
 * What came of a run.
 *
 * @param trained Its outcome.
 * @param goOn How it goes on if it was stopped.
 * @returns The best validation, where there is one, and what comes next.
 */
export function endMessage(
  { stopped, step, best, files }: TrainOutcome,
  goOn: string,
): string {
  const next = stopped
    ? `stopped at step ${step}: ${goOn}`
    : `report: ${files.report}`;
  if (!best) return next;
  const percent = (100 * best.value).toFixed(1);
  return `best ${best.name} ${percent} % at step ${best.step}\n${next}`;
}
