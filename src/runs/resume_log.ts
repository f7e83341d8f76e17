import { pipe } from "fp-ts/function";
import * as TE from "fp-ts/TaskEither";
import type { AsyncResult } from "../core/result.ts";
import type { DataError } from "../data/data_error.ts";
import { writeAtomic } from "../data/files.ts";
import { formatLogRow } from "./format_log_row.ts";
import type { LogRow } from "./log_row.ts";
import { readLog } from "./read_log.ts";

/**
 * Puts a log back to the moment of a checkpoint: rows of later steps, which
 * the resumed run takes again, and a torn last line are dropped, and the file
 * is replaced as a whole. An absent log starts empty.
 *
 * @param file Path of the log.
 * @param step Updates done at the checkpoint.
 * @returns The rows that were kept, or why the log cannot be read or written.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { mkdtemp, rm } from "node:fs/promises";
 * import { appendLog, readLog, resumeLog } from "@simsc/core/runs";
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
 * await appendLog(file, [row, { ...row, step: 20 }])();
 * await resumeLog(file, 10)(); // the checkpoint is of step 10
 * const log = await readLog(file)();
 * deepStrictEqual(log._tag === "Right" && log.right, [row]);
 * await rm(folder, { recursive: true });
 * ```
 */
export function resumeLog(
  file: string,
  step: number,
): AsyncResult<DataError, readonly LogRow[]> {
  return pipe(
    readLog(file),
    TE.orElse((error): TE.TaskEither<DataError, readonly LogRow[]> =>
      error._tag === "MissingFile" ? TE.right([]) : TE.left(error)
    ),
    TE.map((rows) => rows.filter((row) => row.step <= step)),
    TE.tap((rows) => writeAtomic(file, rows.map(formatLogRow).join(""))),
  );
}
