import type { Backend } from "../backends/backend.ts";
import { type Grid, gridPoints } from "./_grid.ts";

/**
 * One of the four cells around each of `K` points, and what it counts;
 * `[B, K, 1]` each.
 */
export interface GridCorner<T> {
  /** Its column. */
  readonly x: T;
  /** Its row. */
  readonly y: T;
  /** Its bilinear weight. */
  readonly share: T;
}

/**
 * The four cells around each point, row by row. Points outside the grid count at
 * its nearest border point. A cell beyond the last row or column is the last
 * one; its share is 0.
 */
export function gridCorners<T>(
  backend: Backend<T>,
  fn: string,
  points: T,
  grid: Grid,
): readonly GridCorner<T>[] {
  const { x, y } = gridPoints(backend, fn, points, grid);
  const [columns, rows] = [
    cellsAround(backend, x, grid[1]),
    cellsAround(backend, y, grid[0]),
  ];
  return rows.flatMap((row) =>
    columns.map((column) => ({
      x: column.cell,
      y: row.cell,
      share: backend.mul(column.share, row.share),
    }))
  );
}

/** The cells below and above `p [B, K, 1]`, and their shares. */
function cellsAround<T>(
  backend: Backend<T>,
  p: T,
  cells: number,
): readonly { readonly cell: T; readonly share: T }[] {
  const low = floorOf(backend, p, cells);
  const high = backend.minimum(backend.add(low, 1), cells - 1);
  const share = backend.sub(p, low);
  return [
    { cell: low, share: backend.sub(1, share) },
    { cell: high, share },
  ];
}

/** Whole part of `p [B, K, 1]`: how many of 1, 2, … it reaches. */
function floorOf<T>(backend: Backend<T>, p: T, cells: number): T {
  // Not the constant 0: NaN stays NaN.
  if (cells === 1) return backend.mul(p, 0);
  const thresholds = Float64Array.from({ length: cells - 1 }, (_, i) => i + 1);
  const below = backend.step(
    backend.sub(backend.constant(thresholds, [cells - 1]), p),
  );
  return backend.sub(cells - 1, backend.sum(below, [2]));
}
