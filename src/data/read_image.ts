/**
 * Pictures from files to RGB.
 *
 * @module
 */

import type { AsyncResult } from "../core/result.ts";
import { attemptAsync, unwrap } from "./_refusal.ts";
import type { DataError } from "./data_error.ts";
import { decodeImage } from "./decode_image.ts";
import { readBytes } from "./files.ts";
import type { RgbImage } from "./rgb_image.ts";

/**
 * Reads and decodes a PNG or JPEG file; {@linkcode decodeImage} says how.
 *
 * @param file Path of the picture.
 * @returns The picture, or what is wrong with the file.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { readImage } from "@simsc/core/data";
 *
 * const outcome = await readImage("no/such/file.png")();
 * equal(outcome._tag === "Left" && outcome.left.file, "no/such/file.png");
 * ```
 */
export function readImage(file: string): AsyncResult<DataError, RgbImage> {
  return () =>
    attemptAsync(async () => {
      const bytes = unwrap(await readBytes(file)());
      return unwrap(await decodeImage(bytes, file)());
    });
}
