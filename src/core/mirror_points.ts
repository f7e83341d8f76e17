import { OptionError, ShapeError } from "./errors.ts";
import type { Point } from "./point.ts";

/** Options of {@linkcode mirrorPoints}. */
export interface MirrorOptions {
  /** Width `W` of the image in pixels, >= 1. */
  readonly width: number;
  /**
   * Keypoint that each one becomes: the right ear for the left ear and back,
   * itself where a point has no side. None are exchanged by default.
   */
  readonly permutation?: readonly number[];
}

/**
 * Keypoints of an image mirrored left to right:
 * `x' = W - 1 - x`, exact for 0-based pixels, and keypoint `k` of the mirrored
 * image is keypoint `permutation[k]` of the image.
 *
 * @typeParam P A point, or `undefined` where the keypoint is not visible.
 * @param points (x, y) in pixels, `undefined` for a keypoint that is not there.
 * @param options Width and exchange of sides.
 * @returns As many points, in the mirrored image; twice gives the points back.
 * @throws {OptionError} If `width` is below 1.
 * @throws {ShapeError} If `permutation` is not an exchange of the points.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { mirrorPoints } from "@simsc/core";
 *
 * // Left ear, right ear, nose of an image of 100 columns.
 * const points = [[20, 10], [60, 12], [40, 30]] as const;
 * deepStrictEqual(mirrorPoints(points, { width: 100, permutation: [1, 0, 2] }), [
 *   [39, 12],
 *   [79, 10],
 *   [59, 30],
 * ]);
 * ```
 */
export function mirrorPoints<P extends Point | undefined>(
  points: readonly P[],
  { width, permutation = points.map((_, k) => k) }: MirrorOptions,
): readonly (P extends undefined ? Point | undefined : Point)[] {
  const fn = "mirrorPoints";
  if (!(width >= 1 && width < Infinity)) {
    throw new OptionError(fn, "width", "a finite number >= 1", width);
  }
  const isExchange = permutation.length === points.length &&
    permutation.every((to, k) => permutation[to] === k);
  if (!isExchange) {
    const wanted = `an exchange of ${points.length} keypoints`;
    throw new ShapeError(fn, "permutation", wanted, permutation);
  }
  return permutation.map((to) => {
    const point = points[to];
    return point && [width - 1 - point[0], point[1]] as const;
  }) as (P extends undefined ? Point | undefined : Point)[];
}
