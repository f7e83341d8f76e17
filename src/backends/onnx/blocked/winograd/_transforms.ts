/**
 * Winograd's convolution of 3x3 filters: four cells of a result from six of
 * the input at once, along either axis.
 *
 * @module
 */
import { cookToom } from "./cook_toom.ts";
import { range } from "../_rows.ts";
import type { Window } from "../_window.ts";
import { type Matrix, squared } from "./_matrix.ts";

/** Cells of the result in a tile. */
export const CELLS = 4;

/** Points of a tile: cells that it reads, and multiplications that it takes. */
export const POINTS = CELLS + 2;

/** Of those tried, the points that round least: half the error of 0, ±1, ±2. */
const { input, filter, output } = cookToom([
  0,
  Math.SQRT1_2,
  -Math.SQRT1_2,
  Math.SQRT2,
  -Math.SQRT2,
], { outputs: CELLS, taps: 3 });

/** Along one axis: `[6, 3]` taps to points, `[6, 6]` cells to points, `[4, 6]` points to cells of the result. */
export const LINE = { input, filter, output } as const;

/** `[36, 9]`: taps of a filter to points, row by row. */
export const FILTER: Matrix = squared(filter);

/** `[36, 36]`: cells that a tile reads to its points, row by row. */
export const INPUT: Matrix = squared(input);

/** `[16, 36]`: points of a tile to cells of the result, row by row. */
export const OUTPUT: Matrix = squared(output);

/**
 * `[6]`: points that `LINE.output` makes 1 in every cell, so that a bias times
 * them is that bias everywhere: those of a line of ones times those of a filter
 * that copies it, by its middle tap.
 */
export const LINE_BIAS: readonly number[] = input.map((row, point) => {
  const copy = filter[point]![1]!;
  return copy * row.reduce((sum, x) => sum + x, 0);
});

/** `[36]`: the same for `OUTPUT`. */
export const BIAS: readonly number[] = LINE_BIAS.flatMap((a) =>
  LINE_BIAS.map((b) => a * b)
);

/** Whether a convolution of maps is one that the points stand for. */
export function isPointable(g: Window, block: number): boolean {
  return g.kh === 3 && g.kw === 3 && g.stride === 1 && g.padding === 1 &&
    g.channels % block === 0 && g.filters % block === 0;
}

/** Tiles along an axis of `length` cells; the last may lie beyond it. */
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
