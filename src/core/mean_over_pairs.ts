import type { Backend } from "../backends/backend.ts";

/**
 * Mean over the pairs of a batch that have a keypoint:
 * `Σ_b [Σ_k w[b, k] > 0] v[b] / Σ_b [Σ_k w[b, k] > 0]`.
 *
 * Batches of one shape are padded with pairs whose weights are all 0; they do
 * not count, nor does a value of theirs that is not finite. 0 where no pair
 * counts.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param values `[B]`, one number a pair.
 * @param weights `[B, K]`, 0 for padding; all pairs count where left out.
 * @returns A scalar `[]`.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { meanOverPairs, referenceBackend } from "@simsc/core";
 *
 * const backend = referenceBackend();
 * const values = backend.tensor([3, 5, 100], [3]);
 * const weights = backend.tensor([1, 1, 0], [3, 1]);
 * const mean = meanOverPairs(backend, values, weights);
 * const [value] = await backend.read([mean]);
 * deepStrictEqual([...value!], [4]);
 * ```
 */
export function meanOverPairs<T>(
  backend: Backend<T>,
  values: T,
  weights?: T,
): T {
  if (weights === undefined) {
    const [count] = backend.shape(values) as [number];
    return backend.reshape(
      backend.div(backend.sum(values, [0]), count),
      [],
    );
  }
  const shape = backend.shape(values);
  const counts = backend.reshape(
    backend.step(backend.sum(weights, [1])),
    shape,
  );
  const total = backend.sum(backend.where(counts, values, 0), [0]);
  const pairs = backend.maximum(backend.sum(counts, [0]), 1);
  return backend.reshape(backend.div(total, pairs), []);
}
