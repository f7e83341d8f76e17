import type { Backend } from "../backends/backend.ts";

/**
 * `log Σ e^x` over the last axis, the maximum subtracted first:
 * `m + log Σ_i e^(x_i - m)`, `m = max_i x_i`.
 *
 * Composed by hand because one device's own reduction overflows.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param x Any shape of at least one axis, finite.
 * @returns The shape of `x`, last axis of length 1.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { logSumExp, referenceBackend } from "@simsc/core";
 *
 * const backend = referenceBackend();
 * const x = backend.tensor([1000, 1000], [2]);
 * const [value] = await backend.read([logSumExp(backend, x)]);
 * strictEqual(value![0], 1000 + Math.log(2));
 * ```
 */
export function logSumExp<T>(backend: Backend<T>, x: T): T {
  const { peak, logTotal } = parts(backend, x);
  return backend.add(peak, logTotal);
}

/**
 * Logarithm of the softmax over the last axis, finite where the softmax itself
 * underflows: `(x - m) - log Σ_i e^(x_i - m)`, `m = max_i x_i`.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param x Any shape of at least one axis, finite.
 * @returns The shape of `x`, at most 0.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { logSoftmax, referenceBackend } from "@simsc/core";
 *
 * const backend = referenceBackend();
 * const x = backend.tensor([0, -1000], [2]);
 * const [value] = await backend.read([logSoftmax(backend, x)]);
 * deepStrictEqual([...value!], [0, -1000]);
 * ```
 */
export function logSoftmax<T>(backend: Backend<T>, x: T): T {
  const { shifted, logTotal } = parts(backend, x);
  // Not x - logSumExp(x): at a peak of 250 float32 would lose two digits.
  return backend.sub(shifted, logTotal);
}

function parts<T>(
  backend: Backend<T>,
  x: T,
): { readonly peak: T; readonly shifted: T; readonly logTotal: T } {
  const last = [backend.shape(x).length - 1];
  const peak = backend.stopGradient(backend.max(x, last));
  const shifted = backend.sub(x, peak);
  const total = backend.sum(backend.exp(shifted), last);
  return { peak, shifted, logTotal: backend.log(total) };
}
