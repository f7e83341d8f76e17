import type { Backend, TensorMap } from "../backends/backend.ts";
import type { Result } from "../core/result.ts";
import { adamCorrections } from "../nn/adam_corrections.ts";
import { learningRateFactor } from "../nn/learning_rate_factor.ts";
import { right } from "./_result.ts";
import type { StepProgram } from "./_step_program.ts";
import { totalSteps, type TrainingLoop } from "./_training_loop.ts";
import { augmentPlan } from "./augment_plan.ts";
import { epochOrder } from "./epoch_order.ts";
import { groupedBatch } from "./image_groups.ts";
import type { StepRow } from "./log_row.ts";
import { notFiniteLoss, type RunError } from "./run_error.ts";
import type { TrainConfig } from "./train_config.ts";
import { type BatchPlan, pairBatch, trainingBatch } from "./training_batch.ts";
import type { TrainingState } from "./training_state.ts";

/** What the programs of a step measure. */
type StepMetrics = Omit<StepRow, "kind" | "step" | "epoch" | "ms">;

/** A state after one more update, and what was measured before it. */
export interface StepTaken<T> {
  /** The state; that before it was freed. */
  readonly state: TrainingState<T>;
  /** What the step measured. */
  readonly row: Omit<StepRow, "ms">;
}

/**
 * One update: reads its pairs, runs the program, frees what it replaced. On a
 * failure the state before it is still whole.
 */
export async function takeStep<T>(
  loop: TrainingLoop<T>,
  program: StepProgram<T>,
  state: TrainingState<T>,
): Promise<Result<RunError, StepTaken<T>>> {
  const { backend, run, stepsPerEpoch } = loop;
  const rates = rateTensors(backend, run.config, {
    step: state.step,
    steps: totalSteps(loop),
  });
  const taken = await program({
    plan: augmented(loop, state.step),
    read: (plan) =>
      trainingBatch(plan, {
        prepare: loop.prepare,
        rule: run.config.coordinates,
        stride: loop.stride,
        capacity: loop.capacity,
      }),
    state: state.tensors,
    rates,
  }).finally(() => backend.dispose(Object.values(rates)));
  if (taken._tag === "Left") return taken;
  const { state: tensors, metrics } = taken.right;
  const step = state.step + 1;
  if (!Number.isFinite(metrics["loss"])) {
    backend.dispose(Object.values(tensors));
    return { _tag: "Left", left: notFiniteLoss(run.files.log, step) };
  }
  backend.dispose(Object.values(state.tensors));
  const epoch = Math.floor(state.step / stepsPerEpoch);
  return right({
    state: { ...state, tensors, step },
    row: { kind: "step", step, epoch, ...rowMetrics(metrics) },
  });
}

/** Numbers of a step as its row has them: watched gradients together. */
function rowMetrics(metrics: Readonly<Record<string, number>>): StepMetrics {
  const start = "gradient.";
  const entries = Object.entries(metrics);
  const isWatched = ([name]: readonly [string, number]) =>
    name.startsWith(start);
  const gradients = entries.filter(isWatched)
    .map(([name, value]) => [name.slice(start.length), value] as const);
  return {
    ...Object.fromEntries(entries.filter((entry) => !isWatched(entry))),
    ...(gradients.length > 0 && { gradients: Object.fromEntries(gradients) }),
  } as unknown as StepMetrics;
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

/** The plan of a step, its images at random as the configuration says. */
function augmented<T>(loop: TrainingLoop<T>, step: number): BatchPlan {
  const { augment = [], seed } = loop.run.config;
  const { origin = 0 } = loop.data.train;
  const counting = { origin };
  return augmentPlan(planOf(loop, step), { augment, seed, step, counting });
}

/** Which images and pairs step `step` (from 0) takes: by seed and step alone. */
function planOf<T>(
  { run, data, stepsPerEpoch, groups }: TrainingLoop<T>,
  step: number,
): BatchPlan {
  const { seed, accumulate, groupSize } = run.config;
  if (groupSize !== null) {
    return groupedBatch(groups, {
      groupSize,
      groups: run.config.groups * accumulate,
      seed,
      step,
    });
  }
  const batch = run.config.batch * accumulate;
  const { pairs } = data.train;
  const epoch = Math.floor(step / stepsPerEpoch);
  const place = (step % stepsPerEpoch) * batch;
  const order = epochOrder({ seed, epoch, count: pairs.length });
  const chosen = order.slice(place, place + batch);
  return pairBatch(chosen.map((i) => pairs[i] as typeof pairs[number]), batch);
}
