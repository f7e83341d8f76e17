/**
 * A training run: steps, validations, checkpoints, log and report.
 *
 * @module
 */

import type { Backend, TensorMap } from "../backends/backend.ts";
import type { AsyncResult, Result } from "../core/result.ts";
import { adamCorrections } from "../nn/adam_corrections.ts";
import { learningRateFactor } from "../nn/learning_rate_factor.ts";
import { mapValues, select } from "./_tensor_map.ts";
import { appendLog } from "./append_log.ts";
import { epochOrder } from "./epoch_order.ts";
import { evaluate } from "./evaluate.ts";
import type { ProgressEvent } from "./format_progress.ts";
import { groupedBatch, type ImageGroups, imageGroups } from "./image_groups.ts";
import { type ImageLoader, imageLoader } from "./load_image.ts";
import type { StepRow } from "./log_row.ts";
import { STRIDE } from "./model.ts";
import { createPredictor, type Predictor } from "./predictor.ts";
import { notFiniteLoss, type RunError } from "./run_error.ts";
import type { RunFiles } from "./run_folder.ts";
import { averages } from "./summarize.ts";
import { modelConfig, type TrainConfig } from "./train_config.ts";
import { trainStep } from "./train_step.ts";
import {
  type BatchPlan,
  batchTensors,
  pairBatch,
  trainingBatch,
} from "./training_batch.ts";
import type { TrainingData } from "./training_data.ts";
import {
  checkpointOf,
  restoreState,
  startState,
  type TrainingState,
  upload,
} from "./training_state.ts";
import { writeCheckpoint } from "./write_checkpoint.ts";
import type { StartedRun } from "./start_run.ts";
import type { Aborted } from "./aborted.ts";

/** Thresholds that a run is validated at; the second chooses the best. */
export const VALIDATION_ALPHAS = [0.05, 0.1, 0.15] as const;

/** Pictures of one validation pass. */
const VALIDATION_BATCH = 8;

/** Decoded pictures kept between steps, bytes. */
const IMAGE_CACHE_BYTES = 1 << 30;

/** How a run ended. */
export interface TrainOutcome {
  /** Its files. */
  readonly files: RunFiles;
  /** Updates done. */
  readonly step: number;
  /** Best validation, `null` if stopped before the first. */
  readonly best: TrainingState<never>["best"];
  /** Whether it was stopped before its last step; it can be resumed. */
  readonly stopped: boolean;
}

/** Options of {@linkcode train}. */
export interface TrainOptions {
  /** Stops after the current step, with a checkpoint. */
  readonly signal?: AbortSignal;
  /** Hears of steps and validations. */
  readonly onProgress?: (event: ProgressEvent) => void;
}

/** What the loop below carries along. */
interface Loop<T> {
  readonly backend: Backend<T>;
  readonly config: TrainConfig;
  readonly data: TrainingData;
  readonly run: StartedRun;
  readonly load: ImageLoader;
  readonly predictor: Predictor<T>;
  readonly options: TrainOptions;
  readonly stepsPerEpoch: number;
  /** Room for the keypoints of any pair: all steps then have one shape. */
  readonly capacity: number;
  /** Images by category; empty where batches are plain. */
  readonly groups: ImageGroups;
}

/**
 * Trains a model as its configuration says, from wherever the run stands.
 *
 * The order of the pairs depends on seed and epoch alone and every number of
 * the state is in the checkpoint, so a run that was killed goes on to the same
 * numbers. The best checkpoint is the one with the highest PCK@.1 on the
 * validation split, per image; the weights training started from are not a
 * candidate.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param run The run, new or resumed, from {@linkcode startRun}.
 * @param data Both splits.
 * @param options Signal and progress.
 * @returns How it ended, or the first file that could not be read or written.
 */
export function train<T>(
  backend: Backend<T>,
  run: StartedRun,
  data: TrainingData,
  options: TrainOptions = {},
): AsyncResult<RunError | Aborted, TrainOutcome> {
  return async () => {
    const { config } = run;
    const groups = config.groupSize === null
      ? new Map()
      : imageGroups(data.train.pairs);
    const loop: Loop<T> = {
      backend,
      config,
      data,
      run,
      load: imageLoader({
        size: config.size,
        stride: STRIDE,
        cacheBytes: IMAGE_CACHE_BYTES,
      }),
      predictor: createPredictor(backend, {
        config: modelConfig(config),
        betaEval: config.betaEval,
        sigmaCells: config.sigmaCells,
      }),
      options,
      stepsPerEpoch: Math.ceil(data.train.pairs.length / config.batch),
      capacity: capacityOf(data, groups),
      groups,
    };
    const start = run.checkpoint
      ? right(restoreState(backend, run.checkpoint))
      : await validated(loop, startState(backend, run.trained), 0);
    if (start._tag === "Right") return await steps(loop, start.right);
    if (start.left._tag !== "Aborted") return start;
    return right({ files: run.files, step: 0, best: null, stopped: true });
  };
}

async function steps<T>(
  loop: Loop<T>,
  start: TrainingState<T>,
): Promise<Result<RunError | Aborted, TrainOutcome>> {
  const { backend, config, options, stepsPerEpoch, run } = loop;
  const total = stepsPerEpoch * config.epochs;
  const every = config.validateEvery === "epoch"
    ? stepsPerEpoch
    : config.validateEvery;
  const step = trainStep(backend, {
    ...config,
    model: modelConfig(config),
    frozen: run.frozen,
  });
  let state = start;
  const began = { at: performance.now(), step: state.step };
  while (state.step < total && !options.signal?.aborted) {
    const before = performance.now();
    const taken = await oneStep(loop, step, state);
    if (taken._tag === "Left") return taken;
    state = taken.right.state;
    const row: StepRow = {
      ...taken.right.row,
      ms: performance.now() - before,
    };
    const logged = await appendLog(run.files.log, [row])();
    if (logged._tag === "Left") return logged;
    const seconds = (performance.now() - began.at) / 1000;
    options.onProgress?.({
      ...row,
      steps: total,
      stepsPerSecond: (state.step - began.step) / seconds,
    });
    if (state.step % every === 0 || state.step === total) {
      const judged = await validated(loop, state, row.epoch);
      // Stopped while validating: resuming repeats the steps since `last`, so
      // that no validation is ever missing.
      if (judged._tag === "Left" && judged.left._tag === "Aborted") {
        return finish(loop, state);
      }
      if (judged._tag === "Left") return judged;
      state = judged.right;
    } else if (state.step % config.checkpointEvery === 0) {
      const saved = await save(loop, state, run.files.last);
      if (saved._tag === "Left") return saved;
    }
  }
  if (state.step < total) {
    const saved = await save(loop, state, run.files.last);
    if (saved._tag === "Left") return saved;
  }
  return finish(loop, state);
}

function finish<T>(
  { backend, run, stepsPerEpoch, config }: Loop<T>,
  { tensors, step, best }: TrainingState<T>,
): Result<never, TrainOutcome> {
  backend.dispose(Object.values(tensors));
  const stopped = step < stepsPerEpoch * config.epochs;
  return right({ files: run.files, step, best, stopped });
}

/** One update: reads its pairs, runs the program, frees what it replaced. */
async function oneStep<T>(
  loop: Loop<T>,
  program: ReturnType<typeof trainStep<T>>,
  state: TrainingState<T>,
): Promise<
  Result<RunError, { state: TrainingState<T>; row: Omit<StepRow, "ms"> }>
> {
  const { backend, config, stepsPerEpoch, run } = loop;
  const epoch = Math.floor(state.step / stepsPerEpoch);
  const batch = await trainingBatch(planOf(loop, state.step), {
    load: loop.load,
    rule: config.coordinates,
    stride: STRIDE,
    capacity: loop.capacity,
  });
  if (batch._tag === "Left") return batch;
  const inputs = {
    ...batchTensors(backend, batch.right),
    ...rateTensors(backend, config, {
      step: state.step,
      steps: stepsPerEpoch * config.epochs,
    }),
  };
  const outputs = await program({ ...inputs, ...state.tensors });
  const { loss, crossEntropy, regularizer, betaA, betaB, ...tensors } = outputs;
  const metrics = { loss, crossEntropy, regularizer, betaA, betaB };
  const values = await backend.read(Object.values(metrics) as T[]);
  backend.dispose([
    ...Object.values(inputs),
    ...Object.values(state.tensors),
    ...Object.values(metrics) as T[],
  ]);
  const names = Object.keys(metrics);
  const named = mapValues(metrics, (_, name) => {
    return values[names.indexOf(name)]?.[0] ?? NaN;
  }) as Readonly<Record<keyof typeof metrics, number>>;
  const step = state.step + 1;
  if (!Number.isFinite(named.loss)) {
    return { _tag: "Left", left: notFiniteLoss(run.files.log, step) };
  }
  const row = { kind: "step", step, epoch, ...named } as const;
  return right({ state: { ...state, tensors, step }, row });
}

/** What Adam is fed in step `step` (from 0) of `steps`. */
export function rateTensors<T>(
  backend: Backend<T>,
  config: Pick<
    TrainConfig,
    "learningRate" | "temperatureLearningRate" | "schedule" | "warmup"
  >,
  { step, steps }: { readonly step: number; readonly steps: number },
): TensorMap<T> {
  const factor = learningRateFactor(step, { ...config, steps });
  const scalar = (value: number): T => backend.tensor([value], []);
  return {
    corrections: backend.tensor(adamCorrections(step + 1), [2]),
    learningRate: scalar(factor * config.learningRate),
    temperatureLearningRate: scalar(factor * config.temperatureLearningRate),
  };
}

/** Which images and pairs step `step` (from 0) takes: by seed and step alone. */
function planOf<T>(
  { config, data, stepsPerEpoch, groups }: Loop<T>,
  step: number,
): BatchPlan {
  const { seed, batch, groupSize } = config;
  if (groupSize !== null) {
    return groupedBatch(groups, { ...config, groupSize, step });
  }
  const { pairs } = data.train;
  const epoch = Math.floor(step / stepsPerEpoch);
  const place = (step % stepsPerEpoch) * batch;
  const order = epochOrder({ seed, epoch, count: pairs.length });
  return pairBatch(
    order.slice(place, place + batch)
      .map((i) => pairs[i] as typeof pairs[number]),
  );
}

/** Validates, logs, and writes the best and the last checkpoint. */
async function validated<T>(
  loop: Loop<T>,
  state: TrainingState<T>,
  epoch: number,
): Promise<Result<RunError | Aborted, TrainingState<T>>> {
  const { backend, run, options, data } = loop;
  const frozen = upload(backend, run.frozen);
  const outcome = await evaluate(backend, {
    config: modelConfig(run.config),
    predictor: loop.predictor,
    parameters: { ...frozen, ...select(state.tensors, "parameters.") },
    pairs: data.validation.pairs,
    load: loop.load,
  }, {
    threshold: data.validation.threshold,
    space: "evaluation",
    alphas: VALIDATION_ALPHAS,
    batch: VALIDATION_BATCH,
    ...(options.signal && { signal: options.signal }),
  })();
  backend.dispose(Object.values(frozen));
  if (outcome._tag === "Left") return outcome;
  const { pck, beta } = averages(outcome.right);
  const value = pck.perImage[String(VALIDATION_ALPHAS[1])] as number;
  const isBest = state.step > 0 && value > (state.best?.value ?? -1);
  const best = isBest
    ? { name: `pck@${VALIDATION_ALPHAS[1]}`, value, step: state.step }
    : state.best;
  const judged = { ...state, best };
  const { step } = state;
  const logged = await appendLog(run.files.log, [{
    kind: "validation",
    step,
    epoch,
    pck: pck.perImage,
    betaProduct: beta.mean,
  }])();
  if (logged._tag === "Left") return logged;
  for (const file of [...(isBest ? [run.files.best] : []), run.files.last]) {
    const saved = await save(loop, judged, file);
    if (saved._tag === "Left") return saved;
  }
  options.onProgress?.({ kind: "validation", step, pck: pck.perImage, isBest });
  return right(judged);
}

async function save<T>(
  { backend, run, stepsPerEpoch }: Loop<T>,
  state: TrainingState<T>,
  file: string,
): Promise<Result<RunError, void>> {
  const checkpoint = await checkpointOf(backend, state, {
    ...run,
    stepsPerEpoch,
  });
  return await writeCheckpoint(file, checkpoint)();
}

function capacityOf({ train }: TrainingData, groups: ImageGroups): number {
  return Math.max(
    ...train.pairs.map(({ source }) => source.keypoints.length),
    ...[...groups.values()].flat().map(({ points }) => points.size),
  );
}

function right<A>(value: A): Result<never, A> {
  return { _tag: "Right", right: value };
}
