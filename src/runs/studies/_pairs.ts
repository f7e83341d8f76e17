import type { Picture } from "../../data/picture_edit.ts";

/** The picture of an image, without its annotations. */
export function pictureOf({ path, edits }: Picture): Picture {
  return { path, ...(edits && { edits }) };
}

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
