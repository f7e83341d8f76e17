import type { Grid } from "../core/bilinear_weights.ts";
import type { Point } from "../core/point.ts";

/** The four cells around a point, and how much of it each is. */
export interface Corners {
  /** (x, y) in whole cells. */
  readonly cells: readonly Point[];
  /** Bilinear shares; they sum to 1. */
  readonly shares: readonly number[];
}

/**
 * Cells around a point of a grid; one outside it counts at its nearest border
 * point. As gridCorners of core, in numbers: these cells are what is asked for
 * next, and a flow is mixed from matches that were read already.
 */
export function cornersOf([x, y]: Point, [h, w]: Grid): Corners {
  const [x0, x1, fx] = side(x, w);
  const [y0, y1, fy] = side(y, h);
  return {
    cells: [[x0, y0], [x1, y0], [x0, y1], [x1, y1]],
    shares: [(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy],
  };
}

function side(
  p: number,
  cells: number,
): readonly [low: number, high: number, share: number] {
  const inside = Math.min(Math.max(p, 0), cells - 1);
  const low = Math.floor(inside);
  return [low, Math.min(low + 1, cells - 1), inside - low];
}
