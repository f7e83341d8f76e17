/**
 * Trains SimSC: `deno task train [options]`.
 *
 * @module
 */

import process from "node:process";
import { pipe } from "fp-ts/function";
import * as TE from "fp-ts/TaskEither";
import {
  type BackendName,
  createBackend,
  decodingWorker,
  groupedConfig,
  lockRun,
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
import { endMessage, startMessage } from "./_training_messages.ts";

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

let begun = false;

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
      command.resume
        ? pipe(lockRun(command.out), TE.chainW(() => resumeRun(command.out)))
        : pipe(
          startRun({
            ...groupedConfig(told, data.train.pairs, command.told),
            backend: backend.name as BackendName,
          }, command.out),
          TE.chainFirstW(() => lockRun(command.out)),
        ),
  ),
  TE.bindW("trained", ({ backend, run, data }) => {
    begun = true;
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
const goOn = `--resume --out ${command.out} goes on`;
if (outcome._tag === "Left") {
  const { _tag } = outcome.left;
  const isStopped = _tag === "Aborted";
  const isMendable = _tag === "MissingFile" || _tag === "MalformedFile";
  // Stopped while drawing, there is no run yet that could go on.
  const hint = isStopped && (begun || command.resume)
    ? `: ${goOn}`
    : isMendable && begun
    ? `\nonce that is mended, ${goOn}`
    : "";
  console.error(explained(outcome.left) + hint);
  process.exit(isStopped ? 130 : 1);
}
const { trained } = outcome.right;
console.log(endMessage(trained, goOn));
process.exit(trained.stopped ? 130 : 0);
