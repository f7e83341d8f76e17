/**
 * Weights from a safetensors file.
 *
 * @module
 */

import type { AsyncResult } from "../core/result.ts";
import { attemptAsync, unwrap } from "./_refusal.ts";
import type { DataError } from "./data_error.ts";
import { readBytes } from "./files.ts";
import { decodeSafetensors, type SafetensorsFile } from "./safetensors.ts";

/**
 * Reads and decodes a safetensors file; {@linkcode decodeSafetensors} says how.
 *
 * @param file Path of the file.
 * @returns The tensors and the metadata, or what is wrong with the file.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { readSafetensors } from "@simsc/core/data";
 *
 * const outcome = await readSafetensors("no/such.safetensors")();
 * equal(outcome._tag === "Left" && outcome.left._tag, "MissingFile");
 * ```
 */
export function readSafetensors(
  file: string,
): AsyncResult<DataError, SafetensorsFile> {
  return () =>
    attemptAsync(async () => {
      const bytes = unwrap(await readBytes(file)());
      return unwrap(decodeSafetensors(bytes, file));
    });
}
