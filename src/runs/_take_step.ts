import type {
  Backend,
  CompiledProgram,
  TensorMap,
} from "../backends/backend.ts";
import type { Result } from "../core/result.ts";
import { adamCorrections } from "../nn/adam_corrections.ts";
import { learningRateFactor } from "../nn/learning_rate_factor.ts";
import { right } from "./_result.ts";
import { totalSteps, type TrainingLoop } from "./_training_loop.ts";
import { epochOrder } from "./epoch_order.ts";
import { groupedBatch } from "./image_groups.ts";
import type { StepRow } from "./log_row.ts";
import { notFiniteLoss, type RunError } from "./run_error.ts";
import type { TrainConfig } from "./train_config.ts";
import {
  type BatchPlan,
  batchTensors,
  pairBatch,
  trainingBatch,
} from "./training_batch.ts";
import type { TrainingState } from "./training_state.ts";

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
  program: CompiledProgram<T>,
  state: TrainingState<T>,
): Promise<Result<RunError, StepTaken<T>>> {
  const { backend, run, stepsPerEpoch } = loop;
  const batch = await trainingBatch(planOf(loop, state.step), {
    load: loop.load,
    rule: run.config.coordinates,
    stride: loop.stride,
    capacity: loop.capacity,
  });
  if (batch._tag === "Left") return batch;
  const inputs = {
    ...batchTensors(backend, batch.right),
    ...rateTensors(backend, run.config, {
      step: state.step,
      steps: totalSteps(loop),
    }),
  };
  try {
    const outputs = await program({ ...inputs, ...state.tensors });
    const { loss, crossEntropy, regularizer, betaA, betaB, ...tensors } =
      outputs;
    const metrics = { loss, crossEntropy, regularizer, betaA, betaB };
    const values = await backend.read(Object.values(metrics) as T[]);
    backend.dispose(Object.values(metrics) as T[]);
    const [lossValue, ...rest] = values.map((data) => data[0] as number);
    const [ce, reg, a, b] = rest as [number, number, number, number];
    const step = state.step + 1;
    if (lossValue === undefined || !Number.isFinite(lossValue)) {
      backend.dispose(Object.values(tensors));
      return { _tag: "Left", left: notFiniteLoss(run.files.log, step) };
    }
    backend.dispose(Object.values(state.tensors));
    return right({
      state: { ...state, tensors, step },
      row: {
        kind: "step",
        step,
        epoch: Math.floor(state.step / stepsPerEpoch),
        loss: lossValue,
        crossEntropy: ce,
        regularizer: reg,
        betaA: a,
        betaB: b,
      },
    });
  } finally {
    backend.dispose(Object.values(inputs));
  }
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
  { run, data, stepsPerEpoch, groups }: TrainingLoop<T>,
  step: number,
): BatchPlan {
  const { seed, batch, groupSize } = run.config;
  if (groupSize !== null) {
    return groupedBatch(groups, { ...run.config, groupSize, step });
  }
  const { pairs } = data.train;
  const epoch = Math.floor(step / stepsPerEpoch);
  const place = (step % stepsPerEpoch) * batch;
  const order = epochOrder({ seed, epoch, count: pairs.length });
  const chosen = order.slice(place, place + batch);
  return pairBatch(chosen.map((i) => pairs[i] as typeof pairs[number]), batch);
}
