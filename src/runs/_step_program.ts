import type { Backend, TensorMap } from "../backends/backend.ts";
import type { Result } from "../core/result.ts";
import type { DataError } from "../data/data_error.ts";
import { right } from "./_result.ts";
import { sizeOf } from "./_size_of.ts";
import { mapValues, prefixed, select } from "./_tensor_map.ts";
import { accumulatedStep } from "./accumulated_step.ts";
import { splitPlan } from "./split_plan.ts";
import { trainStep, type TrainStepOptions } from "./train_step.ts";
import {
  type BatchPlan,
  batchTensors,
  type TrainingBatch,
} from "./training_batch.ts";

/** What one step is fed. */
export interface StepInputs<T> {
  /** Images and pairs of the whole step. */
  readonly plan: BatchPlan;
  /** Reads the pictures of a batch. */
  readonly read: (plan: BatchPlan) => Promise<Result<DataError, TrainingBatch>>;
  /** `parameters.*`, `m.*` and `v.*`. */
  readonly state: TensorMap<T>;
  /** What Adam is fed. */
  readonly rates: TensorMap<T>;
}

/** What one step gives. */
export interface StepOutputs<T> {
  /** The next `parameters.*`, `m.*` and `v.*`. */
  readonly state: TensorMap<T>;
  /** Everything else, one number each. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** One step; frees all but the next state, and on a failure everything. */
export type StepProgram<T> = (
  inputs: StepInputs<T>,
) => Promise<Result<DataError, StepOutputs<T>>>;

/** The step of a run: in one pass, or summed over `accumulate` of them. */
export function stepProgram<T>(
  backend: Backend<T>,
  options: TrainStepOptions & { readonly accumulate: number },
): StepProgram<T> {
  return options.accumulate === 1
    ? wholeStep(backend, options)
    : summedStep(backend, options);
}

function wholeStep<T>(
  backend: Backend<T>,
  options: TrainStepOptions,
): StepProgram<T> {
  const program = trainStep(backend, options);
  return async ({ plan, read, state, rates }) => {
    const batch = await read(plan);
    if (batch._tag === "Left") return batch;
    const fed = batchTensors(backend, batch.right);
    try {
      const outputs = await program({ ...fed, ...rates, ...state });
      return right(await measured(backend, outputs, "state"));
    } finally {
      backend.dispose(Object.values(fed));
    }
  };
}

function summedStep<T>(
  backend: Backend<T>,
  options: TrainStepOptions & { readonly accumulate: number },
): StepProgram<T> {
  const { add, update } = accumulatedStep(backend, options);
  return async ({ plan, read, state, rates }) => {
    const parameters = prefixed(select(state, "parameters."), "parameters.");
    const plans = splitPlan(plan, options.accumulate);
    const all = countPairs(plan);
    let sums = zeros(backend, parameters);
    const metrics: Record<string, number> = {};
    try {
      for (const part of plans) {
        const batch = await read(part);
        if (batch._tag === "Left") return batch;
        const share = countPairs(part) / all;
        const fed = {
          ...batchTensors(backend, batch.right),
          share: backend.tensor([share], []),
        };
        const outputs = await add({ ...fed, ...parameters, ...sums })
          .finally(() => backend.dispose(Object.values(fed)));
        backend.dispose(Object.values(sums));
        const taken = await measured(backend, outputs, "sum");
        sums = taken.state;
        for (const [name, value] of Object.entries(taken.metrics)) {
          metrics[name] = (metrics[name] ?? 0) + share * value;
        }
      }
      const outputs = await update({ ...sums, ...rates, ...state });
      const taken = await measured(backend, outputs, "state");
      return right({ ...taken, metrics: { ...metrics, ...taken.metrics } });
    } finally {
      backend.dispose(Object.values(sums));
    }
  };
}

/** Names of what goes from one call to the next, by what it is. */
const CARRIED = {
  state: /^(parameters|m|v)\./,
  sum: /^sum\./,
} as const;

/** Tells what is carried on from what is measured, and reads the latter. */
async function measured<T>(
  backend: Backend<T>,
  outputs: TensorMap<T>,
  kind: keyof typeof CARRIED,
): Promise<StepOutputs<T>> {
  const entries = Object.entries(outputs);
  const isCarried = ([name]: readonly [string, T]) => CARRIED[kind].test(name);
  const rest = entries.filter((entry) => !isCarried(entry));
  const tensors = rest.map(([, tensor]) => tensor);
  const values = await backend.read(tensors);
  backend.dispose(tensors);
  return {
    state: Object.fromEntries(entries.filter(isCarried)),
    metrics: Object.fromEntries(
      rest.map(([name], i) => [name, values[i]?.[0] as number]),
    ),
  };
}

/** Pairs that count: those with a keypoint. */
function countPairs({ pairs }: BatchPlan): number {
  return pairs.filter(({ pair }) => pair.source.keypoints.length > 0).length;
}

function zeros<T>(
  backend: Backend<T>,
  parameters: TensorMap<T>,
): TensorMap<T> {
  const sums = mapValues(select(parameters, "parameters."), (parameter) => {
    const shape = backend.shape(parameter);
    return backend.tensor(new Float32Array(sizeOf(shape)), shape);
  });
  return prefixed(sums, "sum.");
}
