import { pipe } from "fp-ts/function";
import * as TE from "fp-ts/TaskEither";
import type { AsyncResult } from "../core/result.ts";
import type { DataError } from "../data/data_error.ts";
import { readBytes } from "../data/files.ts";
import type { LogRow } from "./log_row.ts";
import { parseLog } from "./parse_log.ts";

/**
 * Reads a log, of a run that goes on as well.
 *
 * @param file Path of the log.
 * @returns Its rows, or why it cannot be read.
 */
export function readLog(
  file: string,
): AsyncResult<DataError, readonly LogRow[]> {
  return pipe(
    readBytes(file),
    TE.flatMapEither((bytes) =>
      parseLog(new TextDecoder().decode(bytes), file)
    ),
  );
}
