/**
 * Parameters and optimiser of a run, on the device and as a checkpoint.
 *
 * @module
 */

import type { Backend, TensorMap } from "../backends/backend.ts";
import type { NamedTensors } from "../data/safetensors.ts";
import { mapValues, prefixed, select } from "./_tensor_map.ts";
import type { BestMetric, Checkpoint } from "./checkpoint.ts";
import { CHECKPOINT_VERSION } from "./checkpoint.ts";
import type { JsonObject } from "./json.ts";
import { modelConfig, type TrainConfig } from "./train_config.ts";

/** Where a run stands; the tensors live on the device. */
export interface TrainingState<T> {
  /** `parameters.*`, `m.*` and `v.*` of everything trained. */
  readonly tensors: TensorMap<T>;
  /** Updates done. */
  readonly step: number;
  /** Best validation so far. */
  readonly best: BestMetric | null;
}

/** Options of {@linkcode checkpointOf}. */
export interface CheckpointOptions {
  /** What the run was told. */
  readonly config: TrainConfig;
  /** Parameters that do not change. */
  readonly frozen: NamedTensors;
  /** Steps of one epoch. */
  readonly stepsPerEpoch: number;
}

/**
 * State before the first step: moments of zero.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { referenceBackend } from "@simsc/core";
 * import { startState } from "@simsc/core/runs";
 *
 * const { tensors, step } = startState(referenceBackend(), {
 *   bias: { shape: [2], data: Float32Array.of(1, 2) },
 * });
 * deepStrictEqual(Object.keys(tensors).length, 3); // with Adam's two moments
 * deepStrictEqual(step, 0);
 * ```
 */
export function startState<T>(
  backend: Backend<T>,
  trained: NamedTensors,
): TrainingState<T> {
  // The backend copies: all moments start from the same zeros.
  const most = Object.values(trained)
    .reduce((length, { data }) => Math.max(length, data.length), 0);
  const none = new Float32Array(most);
  const zeros = (): TensorMap<T> =>
    mapValues(
      trained,
      ({ data, shape }) => backend.tensor(none.subarray(0, data.length), shape),
    );
  return stateOf(upload(backend, trained), { m: zeros(), v: zeros() });
}

/**
 * State of a checkpoint; `trained` names what its optimiser has moments of.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { referenceBackend } from "@simsc/core";
 * import { restoreState } from "@simsc/core/runs";
 *
 * const tensor = (value: number) => ({
 *   shape: [1],
 *   data: Float32Array.of(value),
 * });
 * const { tensors, step } = restoreState(referenceBackend(), {
 *   version: 1,
 *   architecture: { backbone: { name: "tiny" }, temperature: { kind: "mlp" } },
 *   config: {},
 *   step: 5,
 *   epoch: 1,
 *   order: { seed: 0, position: 1 },
 *   best: null,
 *   parameters: { "conv1.bias": tensor(1), "temperature.b2": tensor(2) },
 *   adam: {
 *     step: 5,
 *     m: { "temperature.b2": tensor(0.1) },
 *     v: { "temperature.b2": tensor(0.2) },
 *   },
 * });
 * deepStrictEqual(step, 5);
 * deepStrictEqual(Object.keys(tensors), [
 *   "parameters.temperature.b2", // the bias was not trained
 *   "m.temperature.b2",
 *   "v.temperature.b2",
 * ]);
 * ```
 */
export function restoreState<T>(
  backend: Backend<T>,
  { parameters, adam, step, best }: Checkpoint,
): TrainingState<T> {
  const m = adam?.m ?? {};
  const trained = Object.fromEntries(
    Object.entries(parameters).filter(([name]) => Object.hasOwn(m, name)),
  );
  const moments = { m: upload(backend, m), v: upload(backend, adam?.v ?? {}) };
  return { ...stateOf(upload(backend, trained), moments), step, best };
}

/**
 * Reads a state back into a checkpoint.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { referenceBackend } from "@simsc/core";
 * import { checkpointOf, drawnDefaults, startState } from "@simsc/core/runs";
 *
 * const backend = referenceBackend();
 * const bias = { shape: [2], data: Float32Array.of(1, 2) };
 * const state = { ...startState(backend, { bias }), step: 5 };
 * const checkpoint = await checkpointOf(backend, state, {
 *   config: drawnDefaults,
 *   frozen: {},
 *   stepsPerEpoch: 4,
 * });
 * deepStrictEqual(checkpoint.parameters, { bias });
 * deepStrictEqual(checkpoint.epoch, 1);
 * deepStrictEqual(checkpoint.order, { seed: 0, position: 1 });
 * ```
 */
export async function checkpointOf<T>(
  backend: Backend<T>,
  { tensors, step, best }: TrainingState<T>,
  { config, frozen, stepsPerEpoch }: CheckpointOptions,
): Promise<Checkpoint> {
  const all = await download(backend, tensors);
  const { backbone, temperature } = modelConfig(config);
  return {
    version: CHECKPOINT_VERSION,
    architecture: {
      backbone: { ...backbone },
      temperature: { ...temperature },
    },
    config: { ...config } as unknown as JsonObject,
    step,
    epoch: Math.floor(step / stepsPerEpoch),
    order: { seed: config.seed, position: step % stepsPerEpoch },
    best,
    parameters: { ...frozen, ...select(all, "parameters.") },
    adam: { step, m: select(all, "m."), v: select(all, "v.") },
  };
}

/**
 * Host tensors on the device.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { referenceBackend } from "@simsc/core";
 * import { upload } from "@simsc/core/runs";
 *
 * const backend = referenceBackend();
 * const { bias } = upload(backend, {
 *   bias: { shape: [2], data: Float32Array.of(1, 2) },
 * });
 * const [values] = await backend.read([bias!]);
 * deepStrictEqual([...values!], [1, 2]);
 * ```
 */
export function upload<T>(
  backend: Backend<T>,
  tensors: NamedTensors,
): TensorMap<T> {
  return mapValues(
    tensors,
    ({ data, shape }) => backend.tensor(data, shape),
  );
}

async function download<T>(
  backend: Backend<T>,
  tensors: TensorMap<T>,
): Promise<NamedTensors> {
  const names = Object.keys(tensors);
  const data = await backend.read(Object.values(tensors));
  return Object.fromEntries(
    names.map((name, i) => [name, {
      shape: backend.shape(tensors[name] as T),
      data: Float32Array.from(data[i] ?? []),
    }]),
  );
}

function stateOf<T>(
  parameters: TensorMap<T>,
  { m, v }: { readonly m: TensorMap<T>; readonly v: TensorMap<T> },
): TrainingState<T> {
  return {
    tensors: {
      ...prefixed(parameters, "parameters."),
      ...prefixed(m, "m."),
      ...prefixed(v, "v."),
    },
    step: 0,
    best: null,
  };
}
