import type { Backend, TensorMap } from "../backends/backend.ts";
import type { Result } from "../core/result.ts";
import { adamCorrections } from "../nn/adam_corrections.ts";
import { learningRateFactor } from "../nn/learning_rate_factor.ts";
import { left, right } from "./_result.ts";
import type { StepProgram } from "./_step_program.ts";
import { totalSteps, type TrainingLoop } from "./_training_loop.ts";
import type { StepRow } from "./log_row.ts";
import { notFiniteLoss, type RunError } from "./run_error.ts";
import type { TrainConfig } from "./train_config.ts";
import { trainingBatch } from "./training_batch.ts";
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
  loop.prefetch(state.step);
  const taken = await program({
    plan: loop.planOf(state.step),
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
    return left(notFiniteLoss(run.files.log, step));
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
