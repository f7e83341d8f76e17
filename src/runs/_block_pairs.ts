import type { ImagePair } from "../data/image_pair.ts";
import type { Extracted } from "./_extract_images.ts";

/** A pair of a block, with both pictures. */
export interface BlockPair<T> {
  /** Its place in the list of all pairs. */
  readonly place: number;
  /** The pair. */
  readonly pair: ImagePair;
  /** Features of the picture with the queries. */
  readonly source: Extracted<T>;
  /** Features of the picture that is searched. */
  readonly target: Extracted<T>;
}

/** Runs of pairs whose queries fit one call. */
export function chunked<T>(
  pairs: readonly BlockPair<T>[],
  capacity: number,
): readonly (readonly BlockPair<T>[])[] {
  const chunks: BlockPair<T>[][] = [];
  let room = 0;
  for (const each of pairs) {
    const count = each.pair.source.keypoints.length;
    if (count > room) {
      chunks.push([]);
      room = capacity;
    }
    chunks.at(-1)?.push(each);
    room -= count;
  }
  return chunks;
}

/** A list by what its members have in common, in the order of the first of each. */
export function groupBy<A>(
  list: readonly A[],
  key: (each: A) => string,
): readonly (readonly A[])[] {
  return [...Map.groupBy(list, key).values()];
}
