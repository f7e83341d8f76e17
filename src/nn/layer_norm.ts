/**
 * The normalisation of the vision transformers.
 *
 * @module
 */

import type { Backend } from "../backends/backend.ts";
import { ShapeError } from "../core/errors.ts";

/** Options of {@linkcode layerNorm}. */
export interface LayerNormOptions<T> {
  /** `[D]`, multiplies each normalised channel. */
  readonly weight: T;
  /** `[D]`, added to each normalised channel. */
  readonly bias: T;
  /** Added to the variance, above 0. */
  readonly epsilon: number;
}

/**
 * Normalises the last axis to mean 0 and variance 1, then scales and shifts:
 * `y = (x - mean) / sqrt(var + epsilon) weight + bias`, with the variance over
 * `D`, not `D - 1`. A constant row gives `bias`.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param x `[..., D]`.
 * @param options Scale, shift and guard.
 * @returns The shape of `x`.
 * @throws {ShapeError} If `weight` or `bias` is not `[D]`.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { referenceBackend } from "@simsc/core";
 * import { layerNorm } from "@simsc/core/nn";
 *
 * const backend = referenceBackend();
 * const y = layerNorm(backend, backend.tensor([1, 3], [1, 2]), {
 *   weight: backend.tensor([1, 1], [2]),
 *   bias: backend.tensor([0, 5], [2]),
 *   epsilon: 1e-6,
 * });
 * const [values] = await backend.read([y]);
 * deepStrictEqual([...values!].map(Math.round), [-1, 6]);
 * ```
 */
export function layerNorm<T>(
  backend: Backend<T>,
  x: T,
  options: LayerNormOptions<T>,
): T {
  const { weight, bias, epsilon } = options;
  const axis = backend.shape(x).length - 1;
  const channels = backend.shape(x)[axis] ?? 0;
  for (const [name, tensor] of [["weight", weight], ["bias", bias]] as const) {
    const shape = backend.shape(tensor);
    if (shape.length !== 1 || shape[0] !== channels) {
      throw new ShapeError("layerNorm", name, `[${channels}]`, shape);
    }
  }
  const mean = backend.div(backend.sum(x, [axis]), channels);
  const centred = backend.sub(x, mean);
  const squares = backend.sum(backend.mul(centred, centred), [axis]);
  const variance = backend.div(squares, channels);
  const deviation = backend.sqrt(backend.add(variance, epsilon));
  return backend.add(
    backend.mul(backend.div(centred, deviation), weight),
    bias,
  );
}
