/**
 * The activation of the vision transformers.
 *
 * @module
 */

import type { Backend } from "../backends/backend.ts";

/**
 * Exact GELU, element by element: `x (1 + erf(x / sqrt(2))) / 2`.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param x Any shape.
 * @returns The shape of `x`.
 */
export function gelu<T>(backend: Backend<T>, x: T): T {
  const half = backend.mul(x, 0.5);
  return backend.add(
    half,
    backend.mul(half, backend.erf(backend.mul(x, Math.SQRT1_2))),
  );
}
