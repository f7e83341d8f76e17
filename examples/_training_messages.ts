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
 * @returns The best validation, where there is one, and what comes next.
 */
export function endMessage(
  { stopped, step, best, files }: TrainOutcome,
): string {
  const next = stopped
    ? `stopped at step ${step}: ${goesOn(files.folder)}`
    : `report: ${files.report}`;
  if (!best) return next;
  const percent = (100 * best.value).toFixed(1);
  return `best ${best.name} ${percent} % at step ${best.step}\n${next}`;
}

/** What a run outlives, once someone has seen to it. */
const MENDABLE = ["MissingFile", "MalformedFile", "DeviceFailed"];

/**
 * What to say behind the error that ended a run.
 *
 * @param error The error.
 * @param folder Folder of the run.
 * @returns How the run goes on, or nothing where it cannot.
 */
export function goOnHint(
  { _tag }: { readonly _tag: string },
  folder: string,
): string {
  if (_tag === "Aborted") return `: ${goesOn(folder)}`;
  return MENDABLE.includes(_tag)
    ? `\nonce that is mended, ${goesOn(folder)}`
    : "";
}

function goesOn(folder: string): string {
  return `--resume --out ${folder} goes on`;
}
