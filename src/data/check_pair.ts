/**
 * Whether annotations fit their pictures.
 *
 * @module
 */

import type { Result } from "../core/result.ts";
import { attempt, refuse } from "./_refusal.ts";
import type { DataError } from "./data_error.ts";
import type { AnnotatedImage, ImagePair } from "./image_pair.ts";

/** `[H, W]` in pixels of both pictures of a pair, as decoded. */
export interface PairSizes {
  /** Of the source. */
  readonly source: readonly [number, number];
  /** Of the target. */
  readonly target: readonly [number, number];
}

/**
 * Checks a pair against the sizes of its decoded pictures: at least one
 * keypoint, as many on both sides, each finite with `-1/2 <= x <= W + 1/2` and
 * `-1/2 <= y <= H + 1/2`, and the annotated size, where there is one, equal to
 * the decoded one. So the whole of the outermost pixels is inside for 0-based
 * and for 1-based coordinates, which are used as they are.
 *
 * @param pair The pair.
 * @param sizes Sizes of its pictures.
 * @returns The pair itself, or what is wrong with it.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { checkKeypoints } from "@simsc/core/data";
 *
 * const inside = { path: "a.png", keypoints: [[3, 4]] } as const;
 * const outside = { path: "b.png", keypoints: [[9, 4]] } as const;
 * const pair = { id: "1", category: "cat", source: inside, target: outside };
 * const outcome = checkKeypoints(pair, { source: [8, 8], target: [8, 8] });
 * equal(
 *   outcome._tag === "Left" && outcome.left.message,
 *   'b.png: "keypoints[0] of pair 1" must be inside 8 x 8 pixels: got [9, 4]',
 * );
 * ```
 */
export function checkKeypoints(
  pair: ImagePair,
  sizes: PairSizes,
): Result<DataError, ImagePair> {
  return attempt(() => {
    checkSide(pair, pair.source, sizes.source);
    checkSide(pair, pair.target, sizes.target);
    const [n, m] = [pair.source.keypoints, pair.target.keypoints];
    if (n.length !== m.length) {
      refuse(
        pair.target.path,
        `keypoints of pair ${pair.id}`,
        `${n.length} as in the source`,
        `${m.length}`,
      );
    }
    return pair;
  });
}

function checkSide(
  pair: ImagePair,
  image: AnnotatedImage,
  [height, width]: readonly [number, number],
): void {
  const { path, keypoints, size } = image;
  if (size !== undefined && (size[0] !== height || size[1] !== width)) {
    refuse(
      path,
      "size",
      `${size[1]} x ${size[0]} pixels as pair ${pair.id} says`,
      `${width} x ${height}`,
    );
  }
  if (keypoints.length === 0) {
    refuse(path, `keypoints of pair ${pair.id}`, "at least one", "none");
  }
  keypoints.forEach(([x, y], k) => {
    // Written so that NaN fails as well.
    const isInside = x >= -0.5 && x <= width + 0.5 &&
      y >= -0.5 && y <= height + 0.5;
    if (!isInside) {
      refuse(
        path,
        `keypoints[${k}] of pair ${pair.id}`,
        `inside ${width} x ${height} pixels`,
        `[${x}, ${y}]`,
      );
    }
  });
}
