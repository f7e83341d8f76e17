/**
 * The run that `deno task train` trains.
 */

import { pipe } from "fp-ts/function";
import * as TE from "fp-ts/TaskEither";
import {
  type BackendName,
  groupedConfig,
  lockRun,
  resumeRun,
  type RunError,
  type StartedRun,
  startRun,
  type TrainConfig,
  type TrainingData,
} from "@simsc/core/runs";
import type { TrainCommand } from "./_train_options.ts";

/**
 * Takes up the run that is there, or starts one and keeps others from it.
 *
 * @param command The command line.
 * @param given Configuration, backend and data of the run.
 * @returns The run, or why there is none.
 */
export function openRun(
  { resume, out, told: named }: TrainCommand,
  { told, backend, data }: {
    readonly told: TrainConfig;
    readonly backend: { readonly name: string };
    readonly data: TrainingData;
  },
): TE.TaskEither<RunError, StartedRun> {
  if (resume) return resumeRun(out);
  const config = {
    ...groupedConfig(told, data.train.pairs, named),
    backend: backend.name as BackendName,
  };
  return pipe(startRun(config, out), TE.chainFirstW(() => lockRun(out)));
}
