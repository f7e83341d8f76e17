import { type MirrorOptions, mirrorPoints } from "./mirror_points.ts";
import type { Point } from "./point.ts";

/** A query, and which of the two images it is asked in. */
export interface PoseAlignedQuery {
  /** (x, y) in pixels of that image. */
  readonly point: Point;
  /** Whether it is asked in the mirrored image. */
  readonly mirrored: boolean;
}

/**
 * The queries of image A after {@linkcode choosePose}: where the mirrored
 * image was chosen, keypoint `k` is asked there at the mirrored place of its
 * other side, `(W - 1 - x, y)` of `permutation[k]`; a keypoint whose other side
 * is not visible in A is asked in A as before.
 *
 * Whether a keypoint moves depends on A's annotation alone. Published code
 * asks which keypoints the target has, which no user can know beforehand.
 *
 * @param queries (x, y) in pixels of A, `undefined` for a keypoint not visible.
 * @param options Width, exchange of sides, and the choice.
 * @returns As many queries, `undefined` where the keypoint is not visible in A.
 * @throws {OptionError} If `width` is below 1.
 * @throws {ShapeError} If `permutation` is not an exchange of the keypoints.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { poseAlignedQueries } from "@simsc/core";
 *
 * // Left eye, right eye (hidden), nose.
 * const queries = [[20, 10], undefined, [40, 30]] as const;
 * const permutation = [1, 0, 2];
 * const options = { width: 100, permutation, mirrored: true };
 * deepStrictEqual(poseAlignedQueries(queries, options), [
 *   { point: [20, 10], mirrored: false },
 *   undefined,
 *   { point: [59, 30], mirrored: true },
 * ]);
 * ```
 */
export function poseAlignedQueries(
  queries: readonly (Point | undefined)[],
  { mirrored, ...options }: MirrorOptions & { readonly mirrored: boolean },
): readonly (PoseAlignedQuery | undefined)[] {
  const turned = mirrorPoints(queries, options);
  return queries.map((point, k) => {
    if (point === undefined) return undefined;
    const other = mirrored ? turned[k] : undefined;
    return other === undefined
      ? { point, mirrored: false }
      : { point: other, mirrored: true };
  });
}
