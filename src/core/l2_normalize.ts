import type { Backend } from "../backends/backend.ts";
import { ShapeError } from "./errors.ts";
import { inverseNorms } from "./_inverse_norms.ts";

/**
 * Gives every cell's feature unit length (SimSC, Eq. 1):
 * `f̂[b, :, n] = f[b, :, n] / ‖f[b, :, n]‖₂`.
 *
 * A column with `‖f‖₂ <= 1e-12` becomes zero and passes no gradient. A NaN
 * makes its own column NaN; an infinite element becomes NaN and the rest of
 * its column 0; other columns never change. Where the square of the length
 * overflows, in float32 above about 1.8e19, a column becomes zero as well.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param features `[B, C, ...]`, such as `[B, C, h, w]`.
 * @returns The same shape; columns of length 1 or 0.
 * @throws {ShapeError} If there are fewer than two axes.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { l2Normalize, referenceBackend } from "@simsc/core";
 *
 * const backend = referenceBackend();
 * const features = backend.tensor([3, 4], [1, 2, 1, 1]);
 * const [unit] = await backend.read([l2Normalize(backend, features)]);
 * deepStrictEqual(Float32Array.from(unit!), Float32Array.of(0.6, 0.8));
 * ```
 */
export function l2Normalize<T>(backend: Backend<T>, features: T): T {
  const shape = backend.shape(features);
  if (shape.length < 2) {
    throw new ShapeError("l2Normalize", "features", "[B, C, ...]", shape);
  }
  return backend.mul(features, inverseNorms(backend, features));
}
