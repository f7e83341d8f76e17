/**
 * Trains SimSC: `deno task train [options]`.
 *
 * @module
 */

import process from "node:process";
import { pipe } from "fp-ts/function";
import * as TE from "fp-ts/TaskEither";
import { counted } from "@simsc/core/data";
import {
  type BackendName,
  createBackend,
  decodingWorker,
  groupedConfig,
  readTrainConfig,
  resumeRun,
  startRun,
  terminalProgress,
  train,
  trainingData,
  watchInterrupt,
  writeReport,
} from "@simsc/core/runs";
import { explained } from "./_explained.ts";
import { trainCommand } from "./_train_options.ts";

const command = trainCommand(process.argv.slice(2), new Date());
const interrupt = await watchInterrupt();
const progress = terminalProgress(process.stderr);
const { featureFolder } = command;
const options = {
  signal: interrupt.signal,
  onProgress: progress.report,
  worker: decodingWorker(),
  ...(featureFolder && { featureFolder }),
};

let begun = command.resume;

const outcome = await pipe(
  TE.Do,
  TE.bindW(
    "told",
    () =>
      command.resume ? readTrainConfig(command.out) : TE.right(command.config),
  ),
  TE.bindW("backend", ({ told }) =>
    createBackend(told.backend, {
      lowering: told.lowering,
    })),
  // Before the run: a wrong path must not leave a folder behind.
  TE.bindW(
    "data",
    ({ told }) => trainingData(told, { ...options, out: command.out }),
  ),
  TE.bindW(
    "run",
    ({ told, backend, data }) =>
      command.resume ? resumeRun(command.out) : startRun({
        ...groupedConfig(told, data.train.pairs, command.told),
        backend: backend.name as BackendName,
      }, command.out),
  ),
  TE.bindW("trained", ({ backend, run, data }) => {
    begun = true;
    const { groupSize } = run.config;
    const steps = groupSize === null
      ? "pairs"
      : `groups of ${counted(groupSize, "image")}`;
    console.log(
      `training on ${backend.name} by ${steps}, run in ${command.out}`,
    );
    const { backbone, weights } = run.config;
    if (weights === null && !backbone.startsWith("tiny")) {
      console.log(`${backbone} starts from random weights: no --weights given`);
    }
    return train(backend, run, data, options);
  }),
  TE.bindW(
    "report",
    ({ backend, run, data, trained }) =>
      trained.stopped
        ? TE.right(undefined)
        : writeReport(backend, { run, data }, options),
  ),
)();

progress.close();
interrupt.dispose();
const goOn = `--resume --out ${command.out} goes on`;
if (outcome._tag === "Left") {
  const isStopped = outcome.left._tag === "Aborted";
  // Stopped while drawing, there is no run yet that could go on.
  console.error(
    explained(outcome.left) + (isStopped && begun ? `: ${goOn}` : ""),
  );
  process.exit(isStopped ? 130 : 1);
}
const { stopped, step, best, files } = outcome.right.trained;
if (best) {
  const percent = (100 * best.value).toFixed(1);
  console.log(`best ${best.name} ${percent} % at step ${best.step}`);
}
console.log(
  stopped ? `stopped at step ${step}: ${goOn}` : `report: ${files.report}`,
);
process.exit(stopped ? 130 : 0);
