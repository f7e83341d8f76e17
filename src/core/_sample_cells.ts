import type { Backend } from "../backends/backend.ts";
import { gridCorners } from "./_grid_corners.ts";
import type { Grid } from "./_grid.ts";
import { bilinearWeights } from "./bilinear_weights.ts";

/**
 * From so many bilinear weights on, points times cells, the four cells of a
 * point are gathered: 32 points on 64 x 64 cells. Below that a product with all
 * cells takes no longer.
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

/**
 * Bilinear samples of `x` at points: `x` is `[B, N, M]` for axis 1 and
 * `[B, M, N]` for axis 2, the result `[B, K, M]`. Where gradients are recorded
 * all cells are multiplied: the gradient of gathering is a product of the cells
 * of all images, for each of the four.
 */
export function sampleCells<T>(
  backend: Backend<T>,
  x: T,
  options: SampleOptions<T>,
): T {
  const [, count = 0] = backend.shape(options.points);
  const [h, w] = options.grid;
  return backend.recordsGradients || count * h * w < MANY_WEIGHTS
    ? multiplied(backend, x, options)
    : gathered(backend, x, options);
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
  const corners = gridCorners(backend, "matchMaps", points, grid);
  const parts = corners.map((corner) => {
    const place = backend.add(
      backend.add(backend.mul(corner.y, grid[1]), corner.x),
      first,
    );
    // A point that is no number has a share that is none, but must be a place.
    const known = backend.where(backend.equal(place, place), place, 0);
    const places = backend.reshape(known, [batch * count]);
    const share = backend.reshape(corner.share, [batch * count, 1]);
    const weight = flatFactors === undefined
      ? share
      : backend.mul(share, backend.gather(flatFactors, places));
    return backend.mul(backend.gather(flat, places), weight);
  });
  const sum = parts.reduce((total, part) => backend.add(total, part));
  return backend.reshape(sum, [batch, count, width]);
}
