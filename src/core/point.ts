/**
 * Points and boxes, x before y.
 *
 * @module
 */

/** `[x, y]`, in pixels or cells as its place says, 0-based. */
export type Point = readonly [x: number, y: number];

/** `[x1, y1, x2, y2]`, left, top, right, bottom. */
export type Box = readonly [x1: number, y1: number, x2: number, y2: number];
