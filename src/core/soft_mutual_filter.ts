import type { Backend } from "../backends/backend.ts";
import { axes } from "./_shape.ts";

const SMALLEST_PEAK = 1e-12;

/**
 * Soft mutual nearest-neighbour filtering (NCNet): each score keeps its share
 * of the best of its row and of the best of its column,
 * `C'[n, m] = C[n, m] · C[n, m] / max_m' C[n, m'] · C[n, m] / max_n' C[n', m]`.
 *
 * A score that is best both ways is unchanged. Negative scores count as 0, and
 * a row or column without a positive one gives 0.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param scores `[B, N, M]`, without their temperature.
 * @returns `[B, N, M]`, between 0 and the score.
 * @throws {ShapeError} If `scores` is not of rank 3.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { referenceBackend, softMutualFilter } from "@simsc/core";
 *
 * const backend = referenceBackend();
 * const scores = backend.tensor([1, 0.5, 0.5, 0.5], [1, 2, 2]);
 * const [kept] = await backend.read([softMutualFilter(backend, scores)]);
 * deepStrictEqual([...kept!], [1, 0.25, 0.25, 0.5]);
 * ```
 */
export function softMutualFilter<T>(backend: Backend<T>, scores: T): T {
  const shape = backend.shape(scores);
  axes("softMutualFilter", "scores", shape, ["B", "N", "M"]);
  const positive = backend.relu(scores);
  const share = (axis: number): T =>
    backend.div(
      positive,
      backend.maximum(backend.max(positive, [axis]), SMALLEST_PEAK),
    );
  return backend.mul(positive, backend.mul(share(2), share(1)));
}
