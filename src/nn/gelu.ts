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
 *
 * @example
 * ```ts
 * import { ok } from "node:assert/strict";
 * import { referenceBackend } from "@simsc/core";
 * import { gelu } from "@simsc/core/nn";
 *
 * const backend = referenceBackend();
 * const y = gelu(backend, backend.tensor([-1, 0, 1], [3]));
 * const [values] = await backend.read([y]);
 * ok(Math.abs(values![2]! - 0.841345) < 1e-6); // the normal distribution at 1
 * ```
 */
export function gelu<T>(backend: Backend<T>, x: T): T {
  const half = backend.mul(x, 0.5);
  return backend.add(
    half,
    backend.mul(half, backend.erf(backend.mul(x, Math.SQRT1_2))),
  );
}
