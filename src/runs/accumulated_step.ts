/**
 * A step over more pairs than fit into one pass.
 *
 * @module
 */

import type { Backend, CompiledProgram } from "../backends/backend.ts";
import { lossGradients, updateParameters } from "./_step_parts.ts";
import { mapValues, prefixed, select } from "./_tensor_map.ts";
import type { TrainStepOptions } from "./train_step.ts";

/** The two programs of a step whose gradient is summed over several batches. */
export interface AccumulatedStep<T> {
  /**
   * One batch: the inputs of `trainStep` without Adam's, `parameters.*`,
   * `share []`, the batch's part of all pairs of the step, and the gradients so
   * far, `sum.*`. Out: the metrics of this batch alone, and the next `sum.*`.
   */
  readonly add: CompiledProgram<T>;
  /**
   * The end: `sum.*`, `parameters.*`, `m.*`, `v.*`, `corrections` and both
   * rates. Out: the next parameters and moments, and `gradientNorm` where
   * gradients are clipped.
   */
  readonly update: CompiledProgram<T>;
}

/**
 * Compiles a step in two halves: with `share[i] = P[i] / sum_j P[j]`, where
 * `P[i]` is how many pairs of batch `i` have a keypoint, the sum of the batches'
 * gradients times their shares is the gradient of one batch of them all, since
 * the loss is a mean over pairs and each pair stands for itself.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param options Model and loss; clipping is of the whole gradient.
 * @returns Both programs.
 *
 * @example
 * ```ts
 * import { ok } from "node:assert/strict";
 * import { referenceBackend } from "@simsc/core";
 * import { adamCorrections, initSingleTemperature } from "@simsc/core/nn";
 * import {
 *   accumulatedStep,
 *   batchTensors,
 *   drawnDefaults,
 *   modelConfig,
 *   startState,
 * } from "@simsc/core/runs";
 *
 * const backend = referenceBackend();
 * const scalar = (value: number) => backend.tensor([value], []);
 * const temperature = { kind: "single", start: 0.5 } as const;
 * const { add, update } = accumulatedStep(backend, {
 *   ...drawnDefaults,
 *   model: modelConfig({ ...drawnDefaults, temperature }),
 *   frozen: {}, // maps are given: no backbone runs
 * });
 * const state = startState(backend, initSingleTemperature(temperature)).tensors;
 * const name = "temperature.parameter";
 * const batch = batchTensors(backend, {
 *   // Two images of two cells, whose features are the axes.
 *   inputs: {
 *     maps: {
 *       shape: [2, 2, 1, 2],
 *       data: Float32Array.of(1, 0, 0, 1, 1, 0, 0, 1),
 *     },
 *   },
 *   indexA: [0],
 *   indexB: [1],
 *   queries: Float32Array.of(0, 0),
 *   points: Float32Array.of(0, 0),
 *   weights: Float32Array.of(1),
 * });
 * let sum = scalar(0);
 * for (const share of [0.5, 0.5]) { // two batches of one pair each
 *   const added = await add({
 *     ...batch,
 *     [`parameters.${name}`]: state[`parameters.${name}`]!,
 *     share: scalar(share),
 *     [`sum.${name}`]: sum,
 *   });
 *   sum = added[`sum.${name}`]!;
 * }
 * const next = await update({
 *   ...state,
 *   [`sum.${name}`]: sum,
 *   corrections: backend.tensor(adamCorrections(1), [2]),
 *   learningRate: scalar(0.001),
 *   temperatureLearningRate: scalar(0.01),
 * });
 * const [values] = await backend.read([next[`parameters.${name}`]!]);
 * // The truth is spread over both cells by its kernel: a softer map is closer.
 * ok(Math.abs(values![0]! - 0.51) < 1e-6);
 * ```
 */
export function accumulatedStep<T>(
  backend: Backend<T>,
  options: TrainStepOptions,
): AccumulatedStep<T> {
  return {
    add: backend.compile((inputs) => {
      const { metrics, gradients } = lossGradients(backend, inputs, options);
      const sums = select(inputs, "sum.");
      const next = mapValues(gradients, (gradient, name) =>
        backend.add(
          sums[name] as T,
          backend.mul(gradient, inputs["share"] as T),
        ));
      return { ...metrics, ...prefixed(next, "sum.") };
    }),
    update: backend.compile((inputs) =>
      updateParameters(
        backend,
        { inputs, gradients: select(inputs, "sum.") },
        options,
      )
    ),
  };
}
