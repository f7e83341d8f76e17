/**
 * A training run: steps, validations, checkpoints and log.
 *
 * @module
 */

import type { Backend } from "../backends/backend.ts";
import type { AsyncResult, Result } from "../core/result.ts";
import { malformedFile } from "../data/data_error.ts";
import { prepareTraining } from "./_prepare_training.ts";
import { left, right } from "./_result.ts";
import { stepProgram } from "./_step_program.ts";
import { takeStep } from "./_take_step.ts";
import { save, totalSteps, type TrainingLoop } from "./_training_loop.ts";
import { validateState } from "./_validate_state.ts";
import { withDeviceFailures } from "./_with_device_failures.ts";
import { appendLog } from "./append_log.ts";
import type { BestMetric } from "./checkpoint.ts";
import type { ProgressEvent } from "./format_progress.ts";
import type { DecodingWorker } from "./decoding_worker.ts";
import type { StepRow } from "./log_row.ts";
import type { RunError } from "./run_error.ts";
import type { RunFiles } from "./run_folder.ts";
import type { StartedRun } from "./start_run.ts";
import { modelConfig } from "./train_config.ts";
import type { TrainingData } from "./training_data.ts";
import {
  restoreState,
  startState,
  type TrainingState,
} from "./training_state.ts";

/** How a run ended. */
export interface TrainOutcome {
  /** Its files. */
  readonly files: RunFiles;
  /** Updates done. */
  readonly step: number;
  /** Best validation, `null` if stopped before the first. */
  readonly best: BestMetric | null;
  /** Whether it was stopped before its end; it can be resumed. */
  readonly stopped: boolean;
}

/** Options of {@linkcode train}. */
export interface TrainOptions {
  /** Stops after the current step, with a checkpoint. */
  readonly signal?: AbortSignal;
  /** Hears of steps and validations. */
  readonly onProgress?: (event: ProgressEvent) => void;
  /** Trained parameters whose mean absolute gradient is logged; none by default. */
  readonly watched?: readonly string[];
  /** Decodes pictures ahead; none by default, and nothing but time depends on it. */
  readonly worker?: DecodingWorker;
  /** Folder that the features of a frozen trunk are kept in across runs. */
  readonly featureFolder?: string;
}

/**
 * Trains a model as its configuration says, from wherever the run stands.
 *
 * The order of the pairs depends on seed and step alone and every number of
 * the state is in the checkpoint, in float32: on a backend of that precision a
 * run that was killed goes on to the same numbers. The best checkpoint is the
 * one with the highest PCK@.1 on the validation split, per image; the weights
 * training started from are not a candidate.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param run The run, new or resumed, from {@linkcode startRun}.
 * @param data Both splits.
 * @param options Signal and progress.
 * @returns How it ended, or the first file that could not be read or written.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { mkdtemp, rm } from "node:fs/promises";
 * import { pipe } from "fp-ts/function";
 * import * as TE from "fp-ts/TaskEither";
 * import { writeProcedural } from "@simsc/core/data";
 * import {
 *   createBackend,
 *   drawnDefaults,
 *   startRun,
 *   train,
 *   trainingData,
 * } from "@simsc/core/runs";
 *
 * const folder = await mkdtemp("train-");
 * const few = { trn: 4, val: 2, test: 2 };
 * await writeProcedural(`${folder}/drawn`, {
 *   seed: 0,
 *   categories: ["car"],
 *   imagesPerCategory: few,
 *   pairsPerCategory: few,
 *   drawing: { size: 64 },
 * })();
 * const out = `${folder}/run`;
 * const config = {
 *   ...drawnDefaults,
 *   data: `${folder}/drawn`,
 *   size: 64,
 *   epochs: 1,
 *   batch: 4,
 *   groupSize: null,
 * };
 * const trained = await pipe(
 *   TE.Do,
 *   TE.bindW("backend", () => createBackend("auto")),
 *   TE.bindW("data", () => trainingData(config, { out })),
 *   TE.bindW("run", () => startRun(config, out)),
 *   TE.chainW(({ backend, run, data }) =>
 *     pipe(
 *       train(backend, run, data),
 *       TE.chainFirstTaskK(() => () => backend.close()),
 *     )
 *   ),
 * )();
 * equal(trained._tag === "Right" && trained.right.step, 1); // 4 pairs
 * await rm(folder, { recursive: true });
 * ```
 */
export function train<T>(
  backend: Backend<T>,
  run: StartedRun,
  data: TrainingData,
  options: TrainOptions = {},
): AsyncResult<RunError, TrainOutcome> {
  return withDeviceFailures(async () => {
    const loop = prepareTraining({ backend, run, data, options });
    const misplaced = checkPlace(loop);
    if (misplaced._tag === "Left") return misplaced;
    const start = run.checkpoint
      ? restoreState(backend, run.checkpoint)
      : startState(backend, run.trained);
    return await runSteps(loop, start);
  });
}

/** Whether the checkpoint's place in the data is a place in this data. */
function checkPlace<T>(
  { run: { checkpoint, files }, stepsPerEpoch }: TrainingLoop<T>,
): Result<RunError, void> {
  if (checkpoint === undefined) return right(undefined);
  const { epoch, order, step } = checkpoint;
  const place = epoch * stepsPerEpoch + order.position;
  if (place === step) return right(undefined);
  const wanted = `a place in data of ${stepsPerEpoch} steps an epoch`;
  const got = `step ${step} as step ${order.position} of epoch ${epoch}`;
  return left(malformedFile(files.last, "order.position", wanted, got));
}

async function runSteps<T>(
  loop: TrainingLoop<T>,
  start: TrainingState<T>,
): Promise<Result<RunError, TrainOutcome>> {
  const { backend, options, run, stepsPerEpoch } = loop;
  const { config, files } = run;
  const total = totalSteps(loop);
  const every = config.validateEvery === "epoch"
    ? stepsPerEpoch
    : config.validateEvery;
  const program = stepProgram(backend, {
    ...config,
    model: modelConfig(config),
    frozen: run.frozen,
    watched: options.watched ?? [],
  });
  let state = start;
  const ended = (stopped: boolean): Result<never, TrainOutcome> =>
    right({ files, step: state.step, best: state.best, stopped });
  try {
    // A checkpoint at such a step was written behind its validation.
    let isDue = run.checkpoint === undefined;
    const pace = { since: performance.now(), step: state.step };
    while (true) {
      if (isDue) {
        const judged = await validateState(loop, state);
        if (judged._tag === "Right") state = judged.right;
        else if (judged.left._tag === "Aborted") return ended(true);
        else return left(judged.left);
      }
      if (state.step >= total) return ended(false);
      if (options.signal?.aborted) {
        const saved = await save(loop, state, files.last);
        return saved._tag === "Left" ? saved : ended(true);
      }
      const before = performance.now();
      const taken = await takeStep(loop, program, state);
      if (taken._tag === "Left") return taken;
      state = taken.right.state;
      const now = performance.now();
      const row: StepRow = { ...taken.right.row, ms: now - before };
      const logged = await appendLog(files.log, [row])();
      if (logged._tag === "Left") return logged;
      const seconds = (now - pace.since) / 1000;
      const stepsPerSecond = (state.step - pace.step) / seconds;
      options.onProgress?.({ ...row, steps: total, stepsPerSecond });
      isDue = state.step % every === 0 || state.step === total;
      if (!isDue && state.step % config.checkpointEvery === 0) {
        const saved = await save(loop, state, files.last);
        if (saved._tag === "Left") return saved;
      }
    }
  } finally {
    backend.dispose(Object.values(state.tensors));
  }
}
