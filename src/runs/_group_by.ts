/** A list by what its members have in common, in the order of the first of each. */
export function groupBy<A>(
  list: readonly A[],
  key: (each: A) => string,
): readonly (readonly A[])[] {
  return [...Map.groupBy(list, key).values()];
}
