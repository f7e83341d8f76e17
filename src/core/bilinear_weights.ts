import type { Backend } from "../backends/backend.ts";
import { axes } from "./_shape.ts";
import { ShapeError } from "./errors.ts";

/** Rows and columns of a feature map. */
export type Grid = readonly [h: number, w: number];

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

/** The two coordinates of `points`, clamped to the grid, `[B, K, 1]` each. */
export function gridPoints<T>(
  backend: Backend<T>,
  fn: string,
  points: T,
  [h, w]: Grid,
): { readonly x: T; readonly y: T } {
  const shape = backend.shape(points);
  const [batch, count, two] = axes(fn, "points", shape, ["B", "K", "2"]);
  if (two !== 2) throw new ShapeError(fn, "points", "[B, K, 2]", shape);
  const coordinate = (axis: number, last: number): T => {
    const value = backend.slice(points, [0, 0, axis], [batch, count, 1]);
    return backend.minimum(backend.maximum(value, 0), last);
  };
  return { x: coordinate(0, w - 1), y: coordinate(1, h - 1) };
}

/** `max(0, 1 - |p - i|)` for `i = 0..length - 1` along the last axis; `p` ends with an axis of length 1. */
export function hat<T>(backend: Backend<T>, p: T, length: number): T {
  const indices = Float64Array.from({ length }, (_, i) => i);
  const distance = backend.abs(
    backend.sub(p, backend.constant(indices, [length])),
  );
  return backend.relu(backend.sub(1, distance));
}
