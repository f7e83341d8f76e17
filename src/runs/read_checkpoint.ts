import { pipe } from "fp-ts/function";
import * as TE from "fp-ts/TaskEither";
import type { AsyncResult } from "../core/result.ts";
import type { DataError } from "../data/data_error.ts";
import { readBytes } from "../data/files.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { decodeCheckpoint } from "./decode_checkpoint.ts";
import type { OtherVersion } from "./run_error.ts";

/**
 * Reads a checkpoint from a file.
 *
 * @param file Path of the file.
 * @returns The checkpoint, or why it cannot be read.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { readCheckpoint } from "@simsc/core/runs";
 *
 * const outcome = await readCheckpoint("no/such/last.safetensors")();
 * equal(outcome._tag === "Left" && outcome.left._tag, "MissingFile");
 * ```
 */
export function readCheckpoint(
  file: string,
): AsyncResult<DataError | OtherVersion, Checkpoint> {
  return pipe(
    readBytes(file),
    TE.flatMapEither((bytes) => decodeCheckpoint(bytes, file)),
  );
}
