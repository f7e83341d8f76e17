/**
 * Mirrored pairs whose left stays left.
 *
 * @module
 */

import { OptionError } from "../core/errors.ts";
import type { AnnotatedImage, ImagePair } from "./image_pair.ts";
import {
  mirrorAnnotation,
  type MirrorOptions,
  type SizedAnnotation,
} from "./mirror_annotation.ts";

/** Options of {@linkcode mirrorPair}. */
export interface MirrorPairOptions extends MirrorOptions {
  /** Whose pictures are mirrored. */
  readonly sides: "source" | "target" | "both";
  /**
   * For each name of a keypoint that has a side, the name of its twin: what was
   * a left ear is seen as a right one in the mirror. Both of a couple are
   * listed; names that are not listed are their own twins.
   */
  readonly twins?: Readonly<Record<string, string>>;
}

/**
 * A pair with one or both pictures mirrored, in which corresponding keypoints
 * still correspond.
 *
 * With both mirrored every keypoint keeps its match and takes its twin's name.
 * With one mirrored, its keypoint `k` looks like the twin of `k`, so it matches
 * the twin of `k` on the other side; keypoints whose twin the other side does
 * not have are left out, and there may be none left.
 *
 * @param pair Pair whose mirrored sides have a size.
 * @param options Sides, names of twins, and how coordinates are counted.
 * @returns The mirrored pair.
 * @throws {OptionError} If a mirrored side has no size, or one side alone is
 * mirrored of a pair without names of keypoints.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { mirrorPair } from "@simsc/core/data";
 *
 * const side = { path: "a.png", keypoints: [[1, 5], [6, 5]], size: [9, 8] } as const;
 * const keypointIds = ["left ear", "right ear"];
 * const pair = { id: "1", category: "cat", source: side, target: side, keypointIds };
 * const twins = { "left ear": "right ear", "right ear": "left ear" };
 * const mirrored = mirrorPair(pair, { sides: "source", twins });
 * deepStrictEqual(mirrored.keypointIds, ["left ear", "right ear"]);
 * deepStrictEqual(mirrored.source.keypoints, [[1, 5], [6, 5]]); // 7 - 6, 7 - 1
 * deepStrictEqual(mirrored.target.keypoints, [[1, 5], [6, 5]]);
 * ```
 */
export function mirrorPair(
  pair: ImagePair,
  { sides, twins = {}, ...counting }: MirrorPairOptions,
): ImagePair {
  const mirror = (side: "source" | "target"): AnnotatedImage => {
    const image = pair[side];
    if (sides !== side && sides !== "both") return image;
    if (image.size !== undefined) {
      return mirrorAnnotation(image as SizedAnnotation, counting);
    }
    const wanted = "known of what is mirrored";
    throw new OptionError("mirrorPair", `${side}.size`, wanted, pair.id);
  };
  const [source, target] = [mirror("source"), mirror("target")];
  const ids = pair.keypointIds;
  const twin = (id: string): string =>
    Object.hasOwn(twins, id) ? twins[id]! : id;
  if (sides === "both") {
    return {
      ...pair,
      source,
      target,
      ...(ids && { keypointIds: ids.map(twin) }),
    };
  }
  if (ids === undefined) {
    const wanted = "there where one side is mirrored";
    throw new OptionError("mirrorPair", "keypointIds", wanted, pair.id);
  }
  // Names of the side that stays, and where the other one has them now.
  const kept = ids.flatMap((id, k) => {
    const other = ids.findIndex((candidate) => twin(candidate) === id);
    return other < 0 ? [] : [{ id, k, other }];
  });
  const pick = (side: "source" | "target", image: AnnotatedImage) => ({
    ...image,
    keypoints: kept.map(({ k, other }) =>
      image.keypoints[side === sides ? other : k]!
    ),
  });
  return {
    ...pair,
    source: pick("source", source),
    target: pick("target", target),
    keypointIds: kept.map(({ id }) => id),
  };
}
