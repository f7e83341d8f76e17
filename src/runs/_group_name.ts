import type { ImagePair } from "../data/image_pair.ts";

/**
 * The group that the images of a pair are in: its category. Mirrored ones are
 * a group of their own, since in them a left wing looks like a right one.
 */
export function groupName({ category, source }: ImagePair): string {
  const mirrors = (source.edits ?? []).filter(({ kind }) => kind === "mirror");
  return mirrors.length % 2 === 0 ? category : `${category}, mirrored`;
}
