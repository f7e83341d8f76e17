/**
 * Evaluations as the evaluate command prints and writes them.
 *
 * @module
 */

import { counted } from "../data/counted.ts";
import type { FlowAverages } from "./averages.ts";
import {
  compareEvaluations,
  type EvaluationDifference,
} from "./compare_evaluations.ts";
import type { BootstrapOptions } from "./bootstrap_intervals.ts";
import type { ModelEvaluation } from "./evaluate_models.ts";
import { formatEvaluation } from "./format_evaluation.ts";
import { formatPaperTable, type TableFormat } from "./format_paper_table.ts";
import { formatSize } from "./format_size.ts";
import { formatTable } from "./format_table.ts";
import type { AverageName } from "./pair_statistics.ts";
import { type PaperTable, paperTable } from "./paper_table.ts";
import { evaluationTable } from "./evaluation_table.ts";
import type { EvaluationResult } from "./summarize.ts";

/** Options of {@linkcode evaluationReport}. */
export interface EvaluationReportOptions {
  /** Which average tables of several evaluations show. */
  readonly average: AverageName;
  /** Form of the table; nothing else is printed where it is given. */
  readonly table?: TableFormat;
  /** Whether categories and grades of each evaluation are shown. */
  readonly details?: boolean;
  /** Whether each is compared with the first of its data set. */
  readonly compare?: boolean;
  /** How differences are drawn; 1,000 sets by seed 0 without. */
  readonly bootstrap?: BootstrapOptions;
}

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

/** What the evaluate command writes. */
export interface EvaluationReport {
  /** For people, or in the form that was asked for. */
  readonly text: string;
  /** For programs: everything. */
  readonly json: {
    /** Every evaluation. */
    readonly evaluations: readonly EvaluationResult[];
    /** All of them in the paper's layout. */
    readonly table: PaperTable;
    /** Comparisons, where they were asked for. */
    readonly comparisons?: readonly EvaluationComparison[];
  };
}

/**
 * Puts evaluations into words: one alone with its categories, several in the
 * paper's layout, and what the numbers depend on.
 *
 * @param evaluations At least one.
 * @param options What is shown.
 * @returns Text for people and an object for programs.
 *
 * @example
 * ```ts
 * import { match } from "node:assert/strict";
 * import { pck } from "@simsc/core";
 * import { evaluationReport, summarize } from "@simsc/core/runs";
 *
 * const predicted = [[8, 8], [1, 8]] as const;
 * const truth = [[8, 8], [8, 1]] as const;
 * const outcome = {
 *   pairs: [{
 *     pair: {
 *       id: "a-b",
 *       category: "car",
 *       source: { path: "a.png", keypoints: truth },
 *       target: { path: "b.png", keypoints: truth },
 *     },
 *     predicted,
 *     pck: pck({ predicted, truth }, {
 *       threshold: "img",
 *       space: "evaluation",
 *       alphas: [0.1],
 *       imageSize: [16, 16],
 *     }),
 *     beta: 0.02,
 *   }],
 *   images: 2,
 *   decoders: ["fast-png"],
 * };
 * const result = summarize(outcome, {
 *   data: "mine test",
 *   backbone: "tiny",
 *   layers: [3],
 *   backend: "onnx-cpu",
 *   coordinates: "simple",
 *   threshold: "img",
 *   space: "evaluation",
 *   size: 16,
 *   betaEval: 0.02,
 *   localizer: "kernelSoftArgmax",
 *   sigmaCells: 7,
 *   normalize: true,
 * });
 * const { text } = evaluationReport([{ result, outcomes: outcome.pairs }], {
 *   average: "perImage",
 * });
 * match(text, /car .*50\.0/); // one of two points
 * match(text, /mine test: 1 pair, 2 keypoints, 2 images at 16/);
 * ```
 */
export function evaluationReport(
  evaluations: readonly ModelEvaluation[],
  options: EvaluationReportOptions,
): EvaluationReport {
  const results = evaluations.map(({ result }) => result);
  const { average, table: format } = options;
  const table = paperTable(results, { average });
  const comparisons = options.compare
    ? comparisonsOf(evaluations, options)
    : undefined;
  const json = {
    evaluations: results,
    table,
    ...(comparisons && { comparisons }),
  };
  if (format !== undefined) {
    return { text: formatPaperTable(table, format).trimEnd(), json };
  }
  const isDetailed = options.details || results.length === 1;
  const parts = [
    ...(isDetailed ? results.map((result) => detailed(result)) : []),
    ...(results.length > 1
      ? [formatPaperTable(table, "text"), ...new Set(results.map(remarks))]
      : []),
    ...(comparisons ? [comparisonTable(results, comparisons)] : []),
  ];
  return { text: parts.join("\n").trimEnd(), json };
}

function detailed(result: EvaluationResult): string {
  const { choices, pck, intervals } = result;
  const head = `${nameOf(result)} on ${choices.data}\n\n`;
  const ends = intervals
    ? Object.entries(intervals.perImage).map(([alpha, [low, high]]) =>
      `PCK@${alpha} ${percent(pck.perImage[alpha] as number)} ` +
      `[${percent(low)}, ${percent(high)}]`
    ).join(", ")
    : "";
  const level = 100 * (choices.bootstrap?.level ?? NaN);
  return head + formatEvaluation(evaluationTable(result)) + "\n" +
    (ends === "" ? "" : `per image, ${level} % of drawn sets: ${ends}\n`) +
    remarks(result) + "\n";
}

/** What the numbers depend on. */
function remarks(result: EvaluationResult): string {
  const { choices, beta, images, points, pairs, flow } = result;
  const { localizer, sigmaCells, radiusCells, outside } = choices;
  const width: Readonly<Record<string, string>> = {
    kernelSoftArgmax: ` σ ${sigmaCells}`,
    windowSoftArgmax: ` r ${radiusCells} ${outside}`,
  };
  return `${choices.model ?? choices.backbone} on ${choices.data}: ` +
    `${counted(pairs, "pair")}, ${counted(points, "keypoint")}, ` +
    `${counted(images, "image")} at ${formatSize(choices.size)}, ` +
    `${choices.backend}\n` +
    `threshold ${choices.threshold} and errors in ${choices.space} pixels, ` +
    `coordinates ${choices.coordinates}, ${localizer}` +
    `${width[localizer] ?? ""}\nβ ${beta.mean.toFixed(4)} ± ` +
    `${beta.std.toFixed(4)} (${choices.betaEval}), ` +
    `${choices.decoders.join(", ")}${flow ? flowRemark(flow) : ""}`;
}

/** How dense matches fare; θ of a flow is always of the whole picture. */
function flowRemark({ pck, endPointError, pairs, pixels }: FlowAverages) {
  const shares = Object.entries(pck)
    .map(([alpha, value]) => `PCK@${alpha} ${percent(value)}`);
  return `\nflow over the masks: ${shares.join(", ")} (threshold img), ` +
    `end-point error ${endPointError.toFixed(2)} pixels; ` +
    `${counted(pairs, "pair")}, ${counted(pixels, "pixel")}`;
}

function nameOf({ choices }: EvaluationResult): string {
  return `${choices.model ?? choices.backbone} at ${formatSize(choices.size)}`;
}

/** Each but the first of a data set, split and way to measure against that first. */
function comparisonsOf(
  evaluations: readonly ModelEvaluation[],
  { average, bootstrap }: EvaluationReportOptions,
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

function comparisonTable(
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

function percent(value: number): string {
  return (100 * value).toFixed(1);
}
