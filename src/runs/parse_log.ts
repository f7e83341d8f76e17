import type { Result } from "../core/result.ts";
import { type DataError, malformedFile } from "../data/data_error.ts";
import { isObject } from "./_is_object.ts";
import { left, right } from "./_result.ts";
import type { LogRow } from "./log_row.ts";

/** Numbers of a row beside `step` and `epoch`, by kind. */
const MEASURED = {
  step: ["loss", "crossEntropy", "regularizer", "betaA", "betaB", "ms"],
  validation: ["betaProduct"],
} as const;

/** Numbers that not every row has. */
const OPTIONAL = ["gradientNorm"] as const;

/** Numbers that JSON cannot hold, as {@linkcode formatLogRow} writes them. */
const NOT_FINITE: ReadonlySet<unknown> = new Set([
  "NaN",
  "Infinity",
  "-Infinity",
]);

/**
 * Rows of a log. A last line without a line feed that is not whole JSON is
 * what a killed process leaves: it is dropped. Anything else that is not a row
 * is an error.
 *
 * @param text Content of the log.
 * @param file Its path, for errors.
 * @returns The rows in order, or the first line that is not one.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { parseLog } from "@simsc/core/runs";
 *
 * const line = '{"kind":"validation","step":3,"epoch":0,"pck":{},"betaProduct":1}\n';
 * const parsed = parseLog(`${line}{"kind":"st`, "log.jsonl");
 * equal(parsed._tag === "Right" && parsed.right.length, 1);
 * ```
 */
export function parseLog(
  text: string,
  file: string,
): Result<DataError, readonly LogRow[]> {
  const lines = text.split("\n");
  const rows: LogRow[] = [];
  for (const [i, line] of lines.entries()) {
    const isLast = i === lines.length - 1;
    if (isLast && line === "") break;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (cause) {
      if (isLast) break;
      const got = JSON.stringify(line.slice(0, 40));
      return left(
        malformedFile(file, `line ${i + 1}`, "a JSON object", got, cause),
      );
    }
    const row = readRow(value);
    if (typeof row === "string") {
      const got = line.slice(0, 200);
      return left(malformedFile(file, `line ${i + 1}`, row, got));
    }
    rows.push(row);
  }
  return right(rows);
}

/** The row, or what was wanted instead. */
function readRow(value: unknown): LogRow | string {
  if (!isObject(value)) return "a JSON object";
  const { kind } = value;
  if (kind !== "step" && kind !== "validation") {
    return 'a row whose "kind" is "step" or "validation"';
  }
  const row: Record<string, unknown> = { ...value };
  for (const name of ["step", "epoch"]) {
    if (!Number.isSafeInteger(row[name]) || Number(row[name]) < 0) {
      return `a row whose "${name}" is a whole number >= 0`;
    }
  }
  const present = OPTIONAL.filter((name) => row[name] !== undefined);
  for (const name of [...MEASURED[kind], ...present]) {
    const number = readNumber(row[name]);
    if (number === undefined) return `a row whose "${name}" is a number`;
    row[name] = number;
  }
  const field = kind === "validation" ? "pck" : "gradients";
  if (kind === "step" && row[field] === undefined) {
    return row as unknown as LogRow;
  }
  const numbers = readNumbers(row[field], field);
  if (typeof numbers === "string") return numbers;
  return { ...row, [field]: numbers } as unknown as LogRow;
}

/** Numbers by name, or what was wanted instead. */
function readNumbers(
  value: unknown,
  field: string,
): Readonly<Record<string, number>> | string {
  if (!isObject(value)) return `a row whose "${field}" is an object`;
  const numbers: Record<string, number> = {};
  for (const [name, got] of Object.entries(value)) {
    const number = readNumber(got);
    if (number === undefined) {
      return `a row whose "${field}.${name}" is a number`;
    }
    numbers[name] = number;
  }
  return numbers;
}

function readNumber(value: unknown): number | undefined {
  return typeof value === "number" || NOT_FINITE.has(value)
    ? Number(value)
    : undefined;
}
