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
  readTrainConfig,
  resumeRun,
  startRun,
  terminalProgress,
  train,
  trainingData,
  watchInterrupt,
  writeReport,
} from "@simsc/core/runs";
import { trainCommand } from "./_train_options.ts";

const command = trainCommand(process.argv.slice(2), new Date());
const interrupt = await watchInterrupt();
const progress = terminalProgress(process.stderr);
const options = { signal: interrupt.signal, onProgress: progress.report };

const outcome = await pipe(
  TE.Do,
  TE.bindW("backend", () => createBackend(command.backend)),
  TE.bindW(
    "config",
    () =>
      command.resume ? readTrainConfig(command.out) : TE.right(command.config),
  ),
  // Before the run: a wrong path must not leave a folder behind.
  TE.bindW(
    "data",
    ({ config }) => trainingData(config, { ...options, out: command.out }),
  ),
  TE.bindW(
    "run",
    ({ config }) =>
      command.resume ? resumeRun(command.out) : startRun(config, command.out),
  ),
  TE.bindW("trained", ({ backend, run, data }) => {
    console.log(`training on ${backend.name}, run in ${command.out}`);
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
  console.error(outcome.left.message);
  process.exit(1);
}
const { trained } = outcome.right;
if (trained.best) {
  const { name, value, step } = trained.best;
  console.log(`best ${name} ${(100 * value).toFixed(1)} % at step ${step}`);
}
console.log(
  trained.stopped
    ? `stopped at step ${trained.step}: --resume --out ${command.out} goes on`
    : `report: ${trained.files.report}`,
);
process.exit(trained.stopped ? 130 : 0);
