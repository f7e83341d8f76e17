import { formatTable } from "./format_table.ts";

/** PCK of one category, or of all of them. */
export interface EvaluationRow {
  /** What the pairs show, or how the rows above were averaged. */
  readonly category: string;
  /** Pairs it was measured on. */
  readonly pairs: number;
  /** PCK from 0 to 1 by its threshold, such as `{ "0.1": 0.42 }`; NaN without keypoints. */
  readonly pck: Readonly<Record<string, number>>;
}

/** Rows of {@linkcode formatEvaluation}. */
export interface Evaluation {
  /** One row a category. */
  readonly categories: readonly EvaluationRow[];
  /** Other ways to part the pairs, such as by difficulty, each below a line. */
  readonly sections?: readonly (readonly EvaluationRow[])[];
  /** Means, which a line sets apart; more than one where ways of averaging are compared. */
  readonly overall?: readonly EvaluationRow[];
}

/**
 * Evaluation as plain text: a row a category, a column a threshold, PCK in
 * percent, `-` where it was not measured.
 *
 * @param evaluation What was measured.
 * @returns The table, as {@linkcode formatTable}.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { formatEvaluation } from "@simsc/core/runs";
 *
 * equal(
 *   formatEvaluation({
 *     categories: [{ category: "duck", pairs: 9, pck: { "0.05": 0.2, "0.1": 0.5 } }],
 *     overall: [{ category: "mean over pairs", pairs: 9, pck: { "0.1": 0.5 } }],
 *   }),
 *   [
 *     "category         pairs  PCK@0.05  PCK@0.1",
 *     "---------------  -----  --------  -------",
 *     "duck                 9      20.0     50.0",
 *     "---------------  -----  --------  -------",
 *     "mean over pairs      9         -     50.0",
 *     "",
 *   ].join("\n"),
 * );
 * ```
 */
export function formatEvaluation(evaluation: Evaluation): string {
  const { categories, sections = [], overall = [] } = evaluation;
  const parts = [categories, ...sections, overall]
    .filter((part) => part.length > 0);
  const rows = parts.flat();
  const starts = parts.map((_, i) => parts.slice(0, i).flat().length);
  const alphas = [...new Set(rows.flatMap(({ pck }) => Object.keys(pck)))]
    .sort((a, b) => Number(a) - Number(b));
  return formatTable(
    rows,
    [
      { title: "category", value: (row) => row.category },
      { title: "pairs", value: (row) => row.pairs },
      ...alphas.map((alpha) => ({
        title: `PCK@${alpha}`,
        value: (row: EvaluationRow): string | number => {
          const value = row.pck[alpha];
          return value === undefined || Number.isNaN(value) ? "-" : 100 * value;
        },
        digits: 1,
      })),
    ],
    { rulesBefore: starts.filter((start) => start > 0) },
  );
}
