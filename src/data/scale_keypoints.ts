/**
 * Keypoints that follow their picture through a resize.
 *
 * @module
 */

import type { Point } from "./image_pair.ts";

/** Columns and rows in pixels. */
export interface PixelSize {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
}

/**
 * Points of a picture in the pixels of a resized copy:
 * `x' = x * to.width / from.width`, and y with heights.
 *
 * This is the ratio rule of the published evaluations, without the half-pixel
 * shift of the resize filter; swap `from` and `to` to go back.
 *
 * @param points `(x, y)` in pixels of the picture.
 * @param sizes Size of the picture and of its copy.
 * @returns The points in pixels of the copy.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { scaleKeypoints } from "@simsc/core/data";
 *
 * const from = { width: 512, height: 300 };
 * const to = { width: 256, height: 256 };
 * deepStrictEqual(scaleKeypoints([[100, 75]], { from, to }), [[50, 64]]);
 * ```
 */
export function scaleKeypoints(
  points: readonly Point[],
  sizes: { readonly from: PixelSize; readonly to: PixelSize },
): readonly Point[] {
  const { from, to } = sizes;
  return points.map(([x, y]) => [
    x * to.width / from.width,
    y * to.height / from.height,
  ]);
}
