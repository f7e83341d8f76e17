import { percent } from "./_percent.ts";
import type { BootstrapOptions } from "./bootstrap_intervals.ts";
import {
  compareEvaluations,
  type EvaluationDifference,
} from "./compare_evaluations.ts";
import type { ModelEvaluation } from "./evaluation_plan.ts";
import { formatTable } from "./format_table.ts";
import type { AverageName } from "./pair_statistics.ts";
import { paperTable } from "./paper_table.ts";
import type { EvaluationResult } from "./summarize.ts";

/** One evaluation against the first of the same data set. */
export interface EvaluationComparison {
  /** Data set and split. */
  readonly data: string;
  /** Place of the first in the list of evaluations. */
  readonly first: number;
  /** Place of the second. */
  readonly second: number;
  /** Average that is compared. */
  readonly average: AverageName;
  /** By α, how much better the second is. */
  readonly differences: Readonly<Record<string, EvaluationDifference>>;
}

/** Options of {@linkcode evaluationComparisons}. */
export interface EvaluationComparisonOptions {
  /** Average that is compared. */
  readonly average: AverageName;
  /** How differences are drawn; 1,000 sets by seed 0 without. */
  readonly bootstrap?: BootstrapOptions;
}

/** Each but the first of a data set, split and way to measure against that first. */
export function evaluationComparisons(
  evaluations: readonly ModelEvaluation[],
  { average, bootstrap }: EvaluationComparisonOptions,
): readonly EvaluationComparison[] {
  const drawn = bootstrap ?? { seed: 0, resamples: 1000, level: 0.95 };
  const firsts = new Map<string, number>();
  return evaluations.flatMap(({ result, outcomes }, second) => {
    const { data, folder, threshold, space } = result.choices;
    const key = JSON.stringify([data, folder, threshold, space]);
    const first = firsts.get(key);
    if (first === undefined) {
      firsts.set(key, second);
      return [];
    }
    const base = (evaluations[first] as ModelEvaluation).outcomes;
    const differences = compareEvaluations(base, outcomes, {
      ...drawn,
      average,
    });
    return [{ data, first, second, average, differences }];
  });
}

/** A line for each comparison and α. */
export function comparisonTable(
  results: readonly EvaluationResult[],
  comparisons: readonly EvaluationComparison[],
): string {
  const rows = comparisons.flatMap(({ first, second, data, differences }) =>
    Object.entries(differences).map(([alpha, each]) => ({
      ...each,
      alpha,
      data,
      names: [first, second].map((i) => label(results, i)),
    }))
  );
  type Row = typeof rows[number];
  return formatTable(rows, [
    { title: "first", value: ({ names }: Row) => names[0] as string },
    { title: "second", value: ({ names }: Row) => names[1] as string },
    { title: "on", value: ({ data }: Row) => data },
    { title: "α", value: ({ alpha }: Row) => alpha },
    {
      title: "second - first",
      value: ({ difference }: Row) => 100 * difference,
      digits: 1,
    },
    {
      title: "interval",
      value: ({ interval: [low, high] }: Row) =>
        `[${percent(low)}, ${percent(high)}]`,
    },
    { title: "p bootstrap", value: ({ p }: Row) => p, digits: 3 },
    { title: "p McNemar", value: (row: Row) => row.mcNemar.p, digits: 3 },
  ]);
}

/** The line of the paper's table that an evaluation is in. */
function label(results: readonly EvaluationResult[], place: number): string {
  const { rows } = paperTable(results, { average: "perImage" });
  const { choices } = results[place] as EvaluationResult;
  const alone = paperTable([results[place] as EvaluationResult, ...results], {
    average: "perImage",
  }).rows[0];
  const row = rows.find(({ method, size }) =>
    method === alone?.method && size === alone.size
  );
  return row ? `${row.method} ${row.size}` : choices.backbone;
}
