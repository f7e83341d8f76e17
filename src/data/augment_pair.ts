/**
 * Random versions of annotated pairs.
 *
 * @module
 */

import { OptionError } from "../core/errors.ts";
import { type AugmentOptions, drawEdits } from "./draw_edits.ts";
import { editAnnotation } from "./edit_annotation.ts";
import type { AnnotatedImage, ImagePair } from "./image_pair.ts";
import type { MirrorOptions, SizedAnnotation } from "./mirror_annotation.ts";
import { type RandomState, sample } from "./_random.ts";

/** Options of {@linkcode augmentPair}. */
export interface AugmentPairOptions extends AugmentOptions {
  /** How coordinates are counted; from 0 by default. */
  readonly counting?: MirrorOptions;
}

/**
 * A random version of a pair: each picture cropped and recoloured by itself,
 * both mirrored or neither, so that left stays with left. Keypoints and boxes
 * move along. Without options the pair stays as it is, as in the paper.
 *
 * @param pair Pair whose sides have sizes.
 * @param options What may be done, and how often.
 * @param state Where the randomness is.
 * @returns The version, and the next state.
 * @throws {OptionError} If a side has no size, or a share is not from 0 to 1.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { augmentPair, randomState } from "@simsc/core/data";
 *
 * const side = { path: "a.png", keypoints: [[1, 5]], size: [9, 8] } as const;
 * const pair = { id: "1", category: "cat", source: side, target: side };
 * const [same, next] = augmentPair(pair, {}, randomState(0));
 * deepStrictEqual(same, pair);
 * const [mirrored] = augmentPair(pair, { mirror: 1 }, next);
 * deepStrictEqual(mirrored.source.keypoints, [[6, 5]]);
 * deepStrictEqual(mirrored.target.edits, [{ kind: "mirror" }]);
 * ```
 */
export function augmentPair(
  pair: ImagePair,
  { counting = {}, ...options }: AugmentPairOptions,
  state: RandomState,
): readonly [ImagePair, RandomState] {
  const { mirror = 0 } = options;
  if (!(mirror >= 0 && mirror <= 1)) {
    throw new OptionError("augmentPair", "mirror", "0 to 1", mirror);
  }
  const [drawn, first] = sample(state, { mirror: [0, 1] });
  const also = drawn.mirror < mirror ? [{ kind: "mirror" } as const] : [];
  const version = (
    side: "source" | "target",
    from: RandomState,
  ): readonly [AnnotatedImage, RandomState] => {
    const image = sized(pair, side);
    const [edits, next] = drawEdits(image, options, from);
    return [editAnnotation(image, [...edits, ...also], counting), next];
  };
  const [source, second] = version("source", first);
  const [target, last] = version("target", second);
  return [{ ...pair, source, target }, last];
}

function sized(pair: ImagePair, side: "source" | "target"): SizedAnnotation {
  const image = pair[side];
  if (image.size !== undefined) return image as SizedAnnotation;
  throw new OptionError("augmentPair", `${side}.size`, "known", pair.id);
}
