import type { AsyncResult } from "../../core/result.ts";
import type { DataError } from "../../data/data_error.ts";
import { editPicture, type Picture } from "../../data/picture_edit.ts";
import { readImage } from "../../data/read_image.ts";
import type { RgbImage } from "../../data/rgb_image.ts";
import { right } from "../_result.ts";

/** A picture with its edits, as annotations are made on it. */
export function readPicture(
  { path, edits = [] }: Picture,
): AsyncResult<DataError, RgbImage> {
  return async () => {
    const read = await readImage(path)();
    return read._tag === "Left" ? read : right(editPicture(read.right, edits));
  };
}
