/**
 * Trains SimSC: `deno task train [options]`.
 *
 * @module
 */

import process from "node:process";
import { pipe } from "fp-ts/function";
import * as TE from "fp-ts/TaskEither";
import {
  createBackend,
  decodingWorker,
  lockRun,
  readTrainConfig,
  terminalProgress,
  train,
  trainingData,
  watchInterrupt,
  writeReport,
} from "@simsc/core/runs";
import { explained } from "./_explained.ts";
import { openRun } from "./_open_run.ts";
import { trainCommand } from "./_train_options.ts";
import { endMessage, goOnHint, startMessage } from "./_training_messages.ts";

const command = trainCommand(process.argv.slice(2), new Date());
const { out, resume, featureFolder } = command;
const interrupt = await watchInterrupt();
const progress = terminalProgress(process.stderr);
const options = {
  signal: interrupt.signal,
  onProgress: progress.report,
  worker: decodingWorker(),
  ...(featureFolder && { featureFolder }),
};
let isBegun = false;

const outcome = await pipe(
  TE.Do,
  // First: another process that trains this run is to be met before any work.
  TE.bindW("lock", () => lockRun(out)),
  TE.bindW(
    "told",
    () => resume ? readTrainConfig(out) : TE.right(command.config),
  ),
  TE.bindW(
    "backend",
    ({ told: { backend, lowering } }) => createBackend(backend, { lowering }),
  ),
  // Before the run: a wrong path must not leave a folder behind.
  TE.bindW("data", ({ told }) => trainingData(told, { ...options, out })),
  TE.bindW("run", (given) => openRun(command, given)),
  TE.bindW("trained", ({ backend, run, data }) => {
    isBegun = true;
    console.log(startMessage(run, backend.name));
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
if (outcome._tag === "Left") {
  const { left: error } = outcome;
  const isStopped = error._tag === "Aborted";
  // Stopped while drawing, there is no run yet that could go on.
  const hint = isBegun || isStopped && resume ? goOnHint(error, out) : "";
  console.error(explained(error) + hint);
  process.exit(isStopped ? 130 : 1);
}
const { trained } = outcome.right;
console.log(endMessage(trained));
process.exit(trained.stopped ? 130 : 0);
