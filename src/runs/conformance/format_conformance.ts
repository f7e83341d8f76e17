import { formatTable } from "../format_table.ts";
import type { CaseOutcome } from "./run_case.ts";

/** What {@linkcode formatConformance} gives. */
export interface ConformanceReport {
  /** Table of operations × backends, every failure, and the counts. */
  readonly text: string;
  /** Cases that failed, over all backends. */
  readonly failed: number;
}

/**
 * The outcomes of reference cases as plain text: a row an operation, a column
 * a backend, the largest `|got - want| / (1 + |want|)` in each cell, `FAIL`
 * where a case is beyond its tolerance, nothing where none ran.
 *
 * @param results Outcomes by the backend's name.
 * @returns The text, and how many cases failed.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { formatConformance } from "@simsc/core/runs";
 *
 * const outcome = {
 *   file: "001-pck.json",
 *   op: "pck",
 *   error: 0,
 *   tolerance: 1e-6,
 *   worst: "",
 *   failure: "",
 * };
 * equal(formatConformance({ reference: [outcome] }).failed, 0);
 * ```
 */
export function formatConformance(
  results: Readonly<Record<string, readonly CaseOutcome[]>>,
): ConformanceReport {
  const backends = Object.keys(results);
  const all = Object.values(results).flat();
  const operations = [...new Set(all.map(({ op }) => op))];
  const table = formatTable(operations, [
    { title: "operation", value: (op) => op },
    {
      title: "cases",
      value: (op) =>
        new Set(all.filter((o) => o.op === op).map((o) => o.file)).size,
    },
    ...backends.map((name) => ({
      title: name,
      value: (op: string) => cell(results[name] ?? [], op),
    })),
  ]);
  const failures = backends.flatMap((name) =>
    (results[name] ?? [])
      .filter(({ failure }) => failure !== "")
      .map(({ file, op, failure }) => `${name}: ${file} (${op}): ${failure}`)
  );
  const passed = all.length - failures.length;
  const counts =
    `${passed} passed, ${failures.length} failed on ${backends.length} backends`;
  return {
    text: [table, ...failures, counts].join("\n"),
    failed: failures.length + (all.length === 0 ? 1 : 0),
  };
}

function cell(outcomes: readonly CaseOutcome[], op: string): string {
  const own = outcomes.filter((outcome) => outcome.op === op);
  if (own.length === 0) return "";
  if (own.some(({ failure }) => failure !== "")) return "FAIL";
  return Math.max(...own.map(({ error }) => error)).toExponential(1);
}
