/**
 * Annotations that follow their picture through a mirror.
 *
 * @module
 */

import type { AnnotatedImage } from "./image_pair.ts";

/** How mirrored coordinates are counted. */
export interface MirrorOptions {
  /** Coordinate of the middle of the first column: 0, or 1 as in MATLAB. */
  readonly origin?: 0 | 1;
  /**
   * `exact` takes the middle of column `k` to the middle of the column it
   * becomes. `offByOne` is `W - x`, the rule of much published code: one pixel
   * off for either origin.
   */
  readonly rule?: "exact" | "offByOne";
}

/** An annotation whose picture has a known size. */
export type SizedAnnotation = AnnotatedImage & {
  readonly size: readonly [number, number];
};

/**
 * An annotated picture, mirrored: the mirror is added to its edits, keypoints
 * and box move along, `x' = W - 1 + 2 origin - x`, that is `W - 1 - x` for
 * 0-based and `W + 1 - x` for 1-based coordinates.
 *
 * Names of keypoints stay in their places; what was a left wing is then called
 * one still, though it looks like a right one. `mirrorPair` trades names.
 *
 * @param image Annotation with the size of its picture.
 * @param options Origin, 0 by default, and rule, `exact` by default.
 * @returns The annotation in pixels of the mirrored picture.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { mirrorAnnotation } from "@simsc/core/data";
 *
 * const image = { path: "a.png", keypoints: [[0, 5]], size: [9, 8] } as const;
 * const mirrored = mirrorAnnotation(image);
 * deepStrictEqual(mirrored.keypoints, [[7, 5]]);
 * deepStrictEqual(mirrored.edits, [{ kind: "mirror" }]);
 * deepStrictEqual(mirrorAnnotation(image, { rule: "offByOne" }).keypoints, [[
 *   8,
 *   5,
 * ]]);
 * ```
 */
export function mirrorAnnotation(
  image: SizedAnnotation,
  { origin = 0, rule = "exact" }: MirrorOptions = {},
): SizedAnnotation {
  const [, width] = image.size;
  const sum = rule === "exact" ? width - 1 + 2 * origin : width;
  const { box, edits = [] } = image;
  return {
    ...image,
    edits: [...edits, { kind: "mirror" }],
    keypoints: image.keypoints.map(([x, y]) => [sum - x, y]),
    ...(box && { box: [sum - box[2], box[1], sum - box[0], box[3]] }),
  };
}
