import type { LogRow } from "./log_row.ts";

/**
 * One line of the log, with its line feed. JSON has no NaN and no infinity, so
 * these are written as strings: a run that diverged shows it in its log.
 *
 * @param row What to write.
 * @returns The line.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { formatLogRow } from "@simsc/core/runs";
 *
 * equal(
 *   formatLogRow({
 *     kind: "validation",
 *     step: 3,
 *     epoch: 0,
 *     pck: { "0.1": 0.5 },
 *     betaProduct: NaN,
 *   }),
 *   '{"kind":"validation","step":3,"epoch":0,"pck":{"0.1":0.5},"betaProduct":"NaN"}\n',
 * );
 * ```
 */
export function formatLogRow(row: LogRow): string {
  const text = JSON.stringify(
    row,
    (_, value: unknown) =>
      typeof value === "number" && !Number.isFinite(value)
        ? String(value)
        : value,
  );
  return `${text}\n`;
}
