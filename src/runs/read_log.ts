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
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { mkdtemp, rm, writeFile } from "node:fs/promises";
 * import { formatLogRow, readLog } from "@simsc/core/runs";
 *
 * const folder = await mkdtemp("log-");
 * const file = `${folder}/log.jsonl`;
 * const row = {
 *   kind: "validation",
 *   step: 10,
 *   epoch: 0,
 *   pck: { "0.1": 0.4 },
 *   betaProduct: 0.05,
 * } as const;
 * await writeFile(file, `${formatLogRow(row)}{"kind":"st`); // still being written
 * const log = await readLog(file)();
 * deepStrictEqual(log._tag === "Right" && log.right, [row]);
 * await rm(folder, { recursive: true });
 * ```
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
