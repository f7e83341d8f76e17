/**
 * Corresponding points out of a dense flow.
 *
 * @module
 */

import { OptionError } from "../core/errors.ts";
import type { FlowField } from "./flow_file.ts";
import type { Point } from "./image_pair.ts";
import type { PixelSize } from "./scale_keypoints.ts";

/** Options of {@linkcode flowKeypoints}. */
export interface FlowKeypointsOptions {
  /** Columns and rows between two points, a whole number of at least 1. */
  readonly everyPixels: number;
  /** Size of the picture that the flow leads to. */
  readonly target: PixelSize;
  /** Which pixels count, one value each, row-major; 0 is none of it. All by default. */
  readonly mask?: ArrayLike<number>;
}

/**
 * Points on a grid in a picture and their matches: the pixels
 * `x = ⌊s / 2⌋ + i s`, `y = ⌊s / 2⌋ + j s` with `s = everyPixels` that are in
 * the mask, whose flow is known and leads inside the other picture, and
 * `x + u`, `y + v`.
 *
 * @param flow The flow.
 * @param options Grid, mask and the other picture.
 * @returns As many points on both sides, row by row.
 * @throws {OptionError} If the step is not whole or the mask has another size.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { flowKeypoints } from "@simsc/core/data";
 *
 * const data = Float32Array.of(1, 0, 0.5, 0, 0, 0, 9, 0); // the last leads out
 * const flow = { width: 4, height: 1, data };
 * const target = { width: 4, height: 1 };
 * deepStrictEqual(flowKeypoints(flow, { everyPixels: 1, target }), {
 *   source: [[0, 0], [1, 0], [2, 0]],
 *   target: [[1, 0], [1.5, 0], [2, 0]],
 * });
 * ```
 */
export function flowKeypoints(
  { width, height, data }: FlowField,
  { everyPixels, target, mask }: FlowKeypointsOptions,
): { readonly source: readonly Point[]; readonly target: readonly Point[] } {
  if (!Number.isSafeInteger(everyPixels) || everyPixels < 1) {
    const wanted = "a whole number >= 1";
    throw new OptionError("flowKeypoints", "everyPixels", wanted, everyPixels);
  }
  if (mask !== undefined && mask.length !== width * height) {
    const wanted = `of ${width * height} pixels`;
    throw new OptionError("flowKeypoints", "mask", wanted, mask.length);
  }
  const from: Point[] = [];
  const to: Point[] = [];
  const first = Math.floor(everyPixels / 2);
  for (let y = first; y < height; y += everyPixels) {
    for (let x = first; x < width; x += everyPixels) {
      const pixel = y * width + x;
      if (mask !== undefined && !mask[pixel]) continue;
      const [tx, ty] = [x + data[2 * pixel]!, y + data[2 * pixel + 1]!];
      // Written so that NaN fails as well.
      const isInside = tx >= 0 && tx <= target.width - 1 &&
        ty >= 0 && ty <= target.height - 1;
      if (!isInside) continue;
      from.push([x, y]);
      to.push([tx, ty]);
    }
  }
  return { source: from, target: to };
}
