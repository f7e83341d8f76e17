/**
 * Winograd's convolution of 3x3 filters: four cells of a result from six of
 * the input at once, along either axis for tiles and along one for strips, or
 * eight from ten along one.
 *
 * @module
 */
import { type CookToom, cookToom } from "./cook_toom.ts";
import { range } from "../_rows.ts";
import { type Matrix, squared } from "./_matrix.ts";

/** Winograd's algorithm along one axis. */
export interface Line extends CookToom {
  /** Cells of the result. */
  readonly cells: number;
  /** Cells that are read, which is also the number of multiplications: `cells + 2`. */
  readonly points: number;
  /**
   * `[points]`: what `output` makes 1 in every cell, so that a bias times them
   * is that bias everywhere. They are the points of a line of ones times those
   * of a filter that copies it by its middle tap.
   */
  readonly bias: readonly number[];
}

/** Of four cells. Of those tried, the points that round least: half the error of 0, ±1, ±2. */
export const LINE: Line = lineOf([Math.SQRT1_2, Math.SQRT2]);

/** Of eight cells, by the points that round least of those tried: five times the error of four cells, twice that of a tile. */
export const LONG_LINE: Line = lineOf([0.45, 0.8, 1.25, 2.4]);

const { input, filter, output } = LINE;

/** Cells of the result along a side of a tile. */
export const CELLS = LINE.cells;

/** Points along a side of a tile: cells that it reads, and multiplications that it takes. */
export const POINTS = LINE.points;

/** `[36, 9]`: taps of a filter to points, row by row. */
export const FILTER: Matrix = squared(filter);

/** `[36, 36]`: cells that a tile reads to its points, row by row. */
export const INPUT: Matrix = squared(input);

/** `[16, 36]`: points of a tile to cells of the result, row by row. */
export const OUTPUT: Matrix = squared(output);

/** `[36]`: points of a tile that `OUTPUT` makes 1 in every cell. */
export const BIAS: readonly number[] = LINE.bias.flatMap((a) =>
  LINE.bias.map((b) => a * b)
);

/** Tiles along an axis of `length` cells; the last may reach beyond it. */
export function tilesAlong(length: number): number {
  return Math.ceil(length / CELLS);
}

/**
 * `[6 tiles, length]`: cells of a map to the points of its overlapping tiles,
 * points first; beside the map stands zero.
 */
export function inputBand(length: number): Matrix {
  return range(POINTS).flatMap((point) =>
    range(tilesAlong(length)).map((tile) =>
      range(length).map((cell) => input[point]![cell + 1 - CELLS * tile] ?? 0)
    )
  );
}

/** The algorithm at 0, at infinity, and at these points and their negatives. */
function lineOf(points: readonly number[]): Line {
  const cells = 2 * points.length;
  const matrices = cookToom([0, ...points.flatMap((p) => [p, -p])], {
    outputs: cells,
    taps: 3,
  });
  const bias = matrices.input.map((row, point) => {
    const copy = matrices.filter[point]![1]!;
    return copy * row.reduce((sum, x) => sum + x, 0);
  });
  return { ...matrices, cells, points: cells + 2, bias };
}
