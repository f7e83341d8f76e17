/**
 * Whether what a model is judged by was seen in training.
 *
 * @module
 */

import type { AnnotatedImage, ImagePair } from "./image_pair.ts";

/** What two lists of pairs share. */
export interface LeakReport {
  /** `id` of each pair of the second list whose two pictures are a pair of the first, either way round. */
  readonly leakedPairs: readonly string[];
  /** Pairs of the second list. */
  readonly pairs: number;
  /** Pictures in both lists, in order of appearance in the second. */
  readonly sharedImages: readonly string[];
  /** Distinct pictures of the second list. */
  readonly images: number;
}

/** Options of {@linkcode leakCheck}. */
export interface LeakCheckOptions {
  /**
   * What makes two pictures the same one: the path by default, so that a
   * mirrored or cropped version counts as the picture it was made of.
   */
  readonly key?: (image: AnnotatedImage) => string;
}

/**
 * Finds the pairs and pictures that a second list has in common with a first.
 *
 * A pair is the same whichever of its pictures is the source, and mirrored or
 * not: a model that learned `A → B` has seen `B → A`.
 *
 * @param seen Pairs trained on.
 * @param judged Pairs evaluated.
 * @param options What makes pictures the same.
 * @returns What leaked.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { leakCheck } from "@simsc/core/data";
 *
 * const image = (path: string) => ({ path, keypoints: [[1, 1]] as const });
 * const pair = (id: string, a: string, b: string) => ({
 *   id,
 *   category: "cat",
 *   source: image(a),
 *   target: image(b),
 * });
 * const train = [pair("1", "a.png", "b.png")];
 * const test = [pair("2", "b.png", "a.png"), pair("3", "b.png", "c.png")];
 * deepStrictEqual(leakCheck(train, test), {
 *   leakedPairs: ["2"],
 *   pairs: 2,
 *   sharedImages: ["b.png", "a.png"],
 *   images: 3,
 * });
 * ```
 */
export function leakCheck(
  seen: readonly ImagePair[],
  judged: readonly ImagePair[],
  { key = ({ path }) => path }: LeakCheckOptions = {},
): LeakReport {
  const unordered = ({ source, target }: ImagePair): string =>
    JSON.stringify([key(source), key(target)].sort());
  const images = (pairs: readonly ImagePair[]): ReadonlySet<string> =>
    new Set(pairs.flatMap(({ source, target }) => [key(source), key(target)]));
  const pairsSeen = new Set(seen.map(unordered));
  const imagesSeen = images(seen);
  const imagesJudged = images(judged);
  return {
    leakedPairs: judged.filter((pair) => pairsSeen.has(unordered(pair)))
      .map(({ id }) => id),
    pairs: judged.length,
    sharedImages: [...imagesJudged].filter((image) => imagesSeen.has(image)),
    images: imagesJudged.size,
  };
}
