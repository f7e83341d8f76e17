import type { Backend } from "../backends/backend.ts";
import { gridCorners } from "./_grid_corners.ts";
import { bilinearWeights, type Grid } from "./bilinear_weights.ts";

/**
 * Bilinear weights from which on, points times cells, the four cells of a point
 * are gathered: 32 points on 64 x 64 cells. For fewer a product with all cells
 * takes no longer, and its gradient is a product too.
 */
const MANY_WEIGHTS = 2 ** 17;

/** What {@linkcode sampleCells} reads. */
export interface SampleOptions<T> {
  /** `[B, K, 2]`, (x, y) in cells. */
  readonly points: T;
  /** `[h, w]`, `N` cells in all. */
  readonly grid: Grid;
  /** Which axis of what is read are the cells; the other one is kept. */
  readonly axis: 1 | 2;
  /** A factor of each cell, `[B, 1, N]`. */
  readonly factors?: T | undefined;
}

/** Cells at sub-pixel points: of `[B, N, M]`, or `[B, M, N]`, `[B, K, M]`. */
export function sampleCells<T>(
  backend: Backend<T>,
  fn: string,
  x: T,
  options: SampleOptions<T>,
): T {
  const [, count = 0] = backend.shape(options.points);
  const [h, w] = options.grid;
  return count * h * w < MANY_WEIGHTS
    ? multiplied(backend, x, options)
    : gathered(backend, fn, x, options);
}

function multiplied<T>(
  backend: Backend<T>,
  x: T,
  { points, grid, axis, factors }: SampleOptions<T>,
): T {
  const plain = bilinearWeights(backend, points, grid);
  const weights = factors === undefined ? plain : backend.mul(plain, factors);
  return backend.matMul(weights, x, { transposeB: axis === 2 });
}

function gathered<T>(
  backend: Backend<T>,
  fn: string,
  x: T,
  { points, grid, axis, factors }: SampleOptions<T>,
): T {
  const rows = axis === 1 ? x : backend.transpose(x, [0, 2, 1]);
  const [batch, cells, width] = backend.shape(rows) as [number, number, number];
  const [, count = 0] = backend.shape(points);
  const flat = backend.reshape(rows, [batch * cells, width]);
  const flatFactors = factors && backend.reshape(factors, [batch * cells, 1]);
  const starts = Array.from({ length: batch }, (_, b) => b * cells);
  const first = backend.constant(starts, [batch, 1, 1]);
  const parts = gridCorners(backend, fn, points, grid).map((corner) => {
    const place = backend.add(
      backend.add(backend.mul(corner.y, grid[1]), corner.x),
      first,
    );
    // A point that is no number has a share that is none, but must be a place.
    const known = backend.where(backend.equal(place, place), place, 0);
    const places = backend.stopGradient(
      backend.reshape(known, [batch * count]),
    );
    const share = backend.reshape(corner.share, [batch * count, 1]);
    const weight = flatFactors === undefined
      ? share
      : backend.mul(share, backend.gather(flatFactors, places));
    return backend.mul(backend.gather(flat, places), weight);
  });
  const sum = parts.reduce((total, part) => backend.add(total, part));
  return backend.reshape(sum, [batch, count, width]);
}
