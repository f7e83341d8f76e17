/**
 * Evaluations as the evaluate command prints and writes them.
 *
 * @module
 */

import { counted } from "../data/counted.ts";
import {
  comparisonTable,
  type EvaluationComparison,
  evaluationComparisons,
} from "./_evaluation_comparisons.ts";
import { formatBeta } from "./_format_beta.ts";
import { percent } from "./_percent.ts";
import type { FlowAverages } from "./averages.ts";
import type { BootstrapOptions } from "./bootstrap_intervals.ts";
import type { ModelEvaluation } from "./evaluation_plan.ts";
import { formatEvaluation } from "./format_evaluation.ts";
import { formatPaperTable, type TableFormat } from "./format_paper_table.ts";
import { formatSize } from "./format_size.ts";
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

/** What the evaluate command writes. */
export interface EvaluationReport {
  /** For people, or in the form that was asked for. */
  readonly text: string;
  /** For programs: everything. */
  readonly json: {
    /** PCK of the evaluation, where there is one alone. */
    readonly pck?: EvaluationResult["pck"];
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
    ? evaluationComparisons(evaluations, options)
    : undefined;
  const [only, ...others] = results;
  const json = {
    ...(only && others.length === 0 && { pck: only.pck }),
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
    `${width[localizer] ?? ""}\nβ ${formatBeta(beta.mean)} ± ` +
    `${formatBeta(beta.std)} (${choices.betaEval}), ` +
    `${choices.decoders.join(", ")}${flow ? flowRemark(flow) : ""}`;
}

/** How dense matches fare; θ of a flow is always of the whole picture. */
function flowRemark(
  { pck, endPointError, pairs, pixels }: FlowAverages,
): string {
  const shares = Object.entries(pck)
    .map(([alpha, value]) => `PCK@${alpha} ${percent(value)}`);
  return `\nflow over the masks: ${shares.join(", ")} (threshold img), ` +
    `end-point error ${endPointError.toFixed(2)} pixels; ` +
    `${counted(pairs, "pair")}, ${counted(pixels, "pixel")}`;
}

function nameOf({ choices }: EvaluationResult): string {
  return `${choices.model ?? choices.backbone} at ${formatSize(choices.size)}`;
}
