import type { AsyncResult } from "../core/result.ts";
import { type DataError, malformedFile } from "../data/data_error.ts";
import { failureWords } from "../data/failure_words.ts";
import { left, right } from "./_result.ts";
import { formatLogRow } from "./format_log_row.ts";
import type { LogRow } from "./log_row.ts";

/**
 * Adds rows to the end of a log. They are handed to the system before it
 * returns, so they outlive a killed process; at most the row being written is
 * torn, which {@linkcode resumeLog} repairs.
 *
 * @param file Path of the log; made where it is absent.
 * @param rows Rows in order.
 * @returns Nothing, or why it cannot be written.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { mkdtemp, rm } from "node:fs/promises";
 * import { appendLog, readLog } from "@simsc/core/runs";
 *
 * const folder = await mkdtemp("log-");
 * const row = {
 *   kind: "validation",
 *   step: 10,
 *   epoch: 0,
 *   pck: { "0.1": 0.4 },
 *   betaProduct: 0.05,
 * } as const;
 * await appendLog(`${folder}/log.jsonl`, [row])();
 * const log = await readLog(`${folder}/log.jsonl`)();
 * deepStrictEqual(log._tag === "Right" && log.right, [row]);
 * await rm(folder, { recursive: true });
 * ```
 */
export function appendLog(
  file: string,
  rows: readonly LogRow[],
): AsyncResult<DataError, void> {
  return async () => {
    try {
      const { appendFile } = await import("node:fs/promises");
      await appendFile(file, rows.map(formatLogRow).join(""));
      return right(undefined);
    } catch (cause) {
      const got = failureWords(cause, "write");
      return left(malformedFile(file, "file", "a writable file", got, cause));
    }
  };
}
