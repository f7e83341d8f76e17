import type { PairDifficulty } from "../data/image_pair.ts";
import type { EvaluationAverages } from "./averages.ts";
import type { Evaluation, EvaluationRow } from "./format_evaluation.ts";
import { type AverageName, AVERAGES } from "./pair_statistics.ts";

/**
 * The rows of an evaluation as {@linkcode formatEvaluation} prints them.
 *
 * @param result The evaluation.
 * @returns Categories, grades and flow where there are, and the four means.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { averages, evaluationTable } from "@simsc/core/runs";
 *
 * const { overall = [] } = evaluationTable(averages({ pairs: [] }));
 * deepStrictEqual(overall.map(({ category }) => category), [
 *   "per image",
 *   "per point",
 *   "per category",
 *   "per category's point",
 * ]);
 * ```
 */
export function evaluationTable(
  result: Pick<
    EvaluationAverages,
    "pck" | "categories" | "difficulties" | "flow" | "pairs"
  >,
): Evaluation {
  const { categories, difficulties, flow, pck, pairs } = result;
  const grades = Object.entries(difficulties ?? {}).map(([name, rows]) =>
    rows.map((row: EvaluationRow) => ({
      ...row,
      category: `${GRADED[name as keyof PairDifficulty]} ${row.category}`,
    }))
  );
  const flows = (flow?.categories ?? [])
    .map((row) => ({ ...row, category: `flow ${row.category}` }));
  const sections = [...grades, ...(flows.length > 0 ? [flows] : [])];
  return {
    categories,
    ...(sections.length > 0 && { sections }),
    overall: [
      ...AVERAGES.map((name) => ({
        category: AVERAGE_TITLES[name],
        pairs,
        pck: pck[name],
      })),
      ...(flow
        ? [{ category: "flow, per image", pairs: flow.pairs, pck: flow.pck }]
        : []),
    ],
  };
}

/** What averages are called in tables. */
const AVERAGE_TITLES: Readonly<Record<AverageName, string>> = {
  perImage: "per image",
  perPoint: "per point",
  perCategory: "per category",
  perCategoryPoint: "per category's point",
};

/** What grades are called in tables. */
const GRADED: Readonly<Record<keyof PairDifficulty, string>> = {
  viewpointVariation: "viewpoint",
  scaleVariation: "scale",
  truncation: "truncation",
  occlusion: "occlusion",
};
