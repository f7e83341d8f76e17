import type { Backend } from "../backends/backend.ts";
import { groupBy } from "./_group_by.ts";

/** Work on one map each that one call does. */
export interface MapBatch<T, A> {
  /** The work. */
  readonly members: readonly A[];
  /** Maps of one size, one a member, and the last again where a call has room. */
  readonly maps: readonly T[];
}

/** Maps of one call at most. */
const MOST_MAPS = 8;

/** Scores of one call at most, unless one map alone has more: 4 MB. */
const MOST_SCORES = 2 ** 20;

/** Cuts work into calls with as many maps each, so that one program a size serves them. */
export function mapBatches<T, A>(
  { shape }: Pick<Backend<T>, "shape">,
  list: readonly A[],
  { mapOf, queries }: {
    readonly mapOf: (each: A) => T;
    /** Queries a map. */
    readonly queries: number;
  },
): readonly MapBatch<T, A>[] {
  const sizeOf = (each: A) => `${shape(mapOf(each))}`;
  return groupBy(list, sizeOf).flatMap((group) => {
    const [, , h, w] = shape(mapOf(group[0]!)) as [1, number, number, number];
    const most = Math.floor(MOST_SCORES / (queries * h * w));
    const fitting = Math.max(1, Math.min(MOST_MAPS, most));
    const calls = Math.ceil(group.length / fitting);
    const count = Math.ceil(group.length / calls);
    return Array.from({ length: calls }, (_, call): MapBatch<T, A> => {
      const members = group.slice(call * count, (call + 1) * count);
      const maps = Array.from(
        { length: count },
        (_, i) => mapOf(members[Math.min(i, members.length - 1)]!),
      );
      return { members, maps };
    });
  });
}
