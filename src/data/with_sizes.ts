/**
 * Sizes of pictures whose annotations do not have them.
 *
 * @module
 */

import type { AsyncResult } from "../core/result.ts";
import { mapConcurrent } from "./_find_file.ts";
import { attemptAsync, unwrap } from "./_refusal.ts";
import type { DataError } from "./data_error.ts";
import type { AnnotatedImage, PairSet } from "./image_pair.ts";
import { readImageSize } from "./read_image_size.ts";

/**
 * Pairs with the size of every picture, read from its header where the
 * annotation has none; augmentation needs it.
 *
 * @param set Pairs whose pictures have no edits but mirrors.
 * @returns The same pairs, or the first picture that cannot be read.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { withSizes } from "@simsc/core/data";
 *
 * const side = { path: "a.png", keypoints: [[1, 1]], size: [4, 6] } as const;
 * const pair = { id: "1", category: "cat", source: side, target: side };
 * const set = { name: "own", split: "trn", threshold: "img", pairs: [pair] } as const;
 * const sized = await withSizes(set)(); // known, so nothing is read
 * deepStrictEqual(sized, { _tag: "Right", right: set });
 * ```
 */
export function withSizes(set: PairSet): AsyncResult<DataError, PairSet> {
  return () =>
    attemptAsync(async () => {
      const unknown = new Set(
        set.pairs.flatMap(({ source, target }) => [source, target])
          .filter(({ size }) => size === undefined).map(({ path }) => path),
      );
      const read = await mapConcurrent([...unknown], 16, async (path) => {
        const { width, height } = unwrap(await readImageSize(path)());
        return [path, [height, width]] as const;
      });
      const sizes = new Map<string, readonly [number, number]>(read);
      const sized = (image: AnnotatedImage): AnnotatedImage => {
        const size = image.size ?? sizes.get(image.path);
        return size === undefined ? image : { ...image, size };
      };
      const pairs = set.pairs.map((pair) => ({
        ...pair,
        source: sized(pair.source),
        target: sized(pair.target),
      }));
      return { ...set, pairs };
    });
}
