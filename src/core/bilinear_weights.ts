import type { Backend } from "../backends/backend.ts";
import { type Grid, gridPoints, hat } from "./_grid.ts";

export type { Grid } from "./_grid.ts";

/**
 * Bilinear interpolation as a matrix: the value at a sub-pixel point is
 * `Σ_n W[b, k, n] f[b, n]`, with
 * `W[b, k, y * w + x] = max(0, 1 - |px - x|) max(0, 1 - |py - y|)`.
 *
 * Points outside the grid count at its nearest border point. Hat functions
 * and a matrix product need neither gather nor scatter, so they run and
 * differentiate alike on every backend.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param points `[B, K, 2]`, (x, y) in cells.
 * @param grid `[h, w]` in cells.
 * @returns `[B, K, h * w]`; every row sums to 1.
 * @throws {ShapeError} If `points` is not `[B, K, 2]`.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { bilinearWeights, referenceBackend } from "@simsc/core";
 *
 * const backend = referenceBackend();
 * const points = backend.tensor([0.25, 0], [1, 1, 2]);
 * const [row] = await backend.read([bilinearWeights(backend, points, [1, 2])]);
 * deepStrictEqual([...row!], [0.75, 0.25]);
 * ```
 */
export function bilinearWeights<T>(
  backend: Backend<T>,
  points: T,
  grid: Grid,
): T {
  const [h, w] = grid;
  const { x, y } = gridPoints(backend, "bilinearWeights", points, grid);
  const [batch, count] = backend.shape(points) as [number, number, number];
  const columns = backend.reshape(hat(backend, x, w), [batch, count, 1, w]);
  const rows = backend.reshape(hat(backend, y, h), [batch, count, h, 1]);
  return backend.reshape(backend.mul(rows, columns), [batch, count, h * w]);
}
