import type { ImagePair } from "../data/image_pair.ts";
import type { Extracted } from "./_extract_images.ts";
import { groupBy } from "./_group_by.ts";

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

/** Pairs by picture, as many as have room on its map in one call. */
export interface PictureChunks<T> {
  /** Pairs of one picture each. */
  readonly chunks: readonly (readonly BlockPair<T>[])[];
  /** Queries that there is room for, the same for all, so that one program a size serves them. */
  readonly capacity: number;
}

/** Queries of one map in a call at most, unless one pair alone has more. */
const MOST_QUERIES = 256;

/** Cuts pairs into chunks of one picture each, which `key` names. */
export function pictureChunks<T>(
  pairs: readonly BlockPair<T>[],
  key: (each: BlockPair<T>) => string,
): PictureChunks<T> {
  const groups = groupBy(pairs, key);
  const single = Math.max(1, ...pairs.map(queryCount));
  const most = Math.max(
    1,
    ...groups.map((group) =>
      group.reduce((sum, each) => sum + queryCount(each), 0)
    ),
  );
  const capacity = Math.max(
    single,
    Math.min(MOST_QUERIES, 16 * Math.ceil(most / 16)),
  );
  const chunks = groups.flatMap((group) => chunked(group, capacity));
  return { chunks, capacity };
}

/** Runs of pairs whose queries fit one chunk. */
function chunked<T>(
  pairs: readonly BlockPair<T>[],
  capacity: number,
): readonly (readonly BlockPair<T>[])[] {
  const chunks: BlockPair<T>[][] = [];
  let room = 0;
  for (const each of pairs) {
    const count = queryCount(each);
    if (count > room) {
      chunks.push([]);
      room = capacity;
    }
    chunks.at(-1)?.push(each);
    room -= count;
  }
  return chunks;
}

function queryCount({ pair }: BlockPair<unknown>): number {
  return pair.source.keypoints.length;
}
