/** `count` items at equal distances from the first on; all where there are no more. */
export function spreadOver<A>(
  items: readonly A[],
  count: number,
): readonly A[] {
  const step = Math.max(1, items.length / count);
  return Array.from(
    { length: Math.min(count, items.length) },
    (_, i) => items[Math.floor(i * step)] as A,
  );
}
