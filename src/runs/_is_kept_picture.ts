import type { Picture } from "../data/picture_edit.ts";

/** Whether a picture is asked for again and so kept: edits but a mirror are drawn anew. */
export function isKeptPicture({ edits = [] }: Picture): boolean {
  return edits.every(({ kind }) => kind === "mirror");
}
