/**
 * Evaluations side by side as the paper prints them: methods down, data sets
 * and thresholds across.
 *
 * @module
 */

import type { PckFractions } from "../core/average_pck.ts";
import type { PckSpace, PckThreshold } from "../core/pck.ts";
import { formatSize } from "./format_size.ts";
import type { AverageName } from "./pair_statistics.ts";
import type { EvaluationResult } from "./summarize.ts";

/** A data set of a {@linkcode PaperTable}, with one column for each α. */
export interface PaperTableGroup {
  /** Data set; `(T)` where the models were trained on another one, `(F)` where on this one and others were not. */
  readonly title: string;
  /** Which length θ is. */
  readonly threshold: PckThreshold;
  /** Pixels that errors and θ were measured in. */
  readonly space: PckSpace;
  /** Fractions of θ, ascending. */
  readonly alphas: readonly string[];
}

/** A line of a {@linkcode PaperTable}. */
export interface PaperTableRow {
  /** Model, and how matches were read where that differs between lines. */
  readonly method: string;
  /** Size of the pictures. */
  readonly size: string;
  /** PCK from 0 to 1 by α for each group in turn; absent where it was not measured. */
  readonly values: readonly (PckFractions | undefined)[];
}

/** Evaluations in the layout of the paper's Table 1. */
export interface PaperTable {
  /** Which average every number is. */
  readonly average: AverageName;
  /** Data sets from left to right. */
  readonly groups: readonly PaperTableGroup[];
  /** Methods from top to bottom. */
  readonly rows: readonly PaperTableRow[];
}

/** What an evaluation has to say for a {@linkcode paperTable}. */
export type TabledEvaluation = Pick<EvaluationResult, "pck" | "choices">;

/** Data sets under their published names. */
const TITLES: Readonly<Record<string, string>> = {
  "spair": "SPair-71k",
  "pf-pascal": "PF-PASCAL",
  "pf-willow": "PF-WILLOW",
  "willow": "WILLOW-ObjectClass",
  "tss": "TSS",
  "ap10k": "AP-10K",
};

/**
 * Lays evaluations out as the paper's tables: a line for each model, size and
 * way of reading matches, a group of columns for each data set, in the order
 * in which they are first met.
 *
 * @param evaluations What was measured; of two in the same place the later one
 *   stays.
 * @param options Which average the table shows.
 * @returns The table as plain data.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { paperTable } from "@simsc/core/runs";
 *
 * const table = paperTable([], { average: "perImage" });
 * deepStrictEqual(table, { average: "perImage", groups: [], rows: [] });
 * ```
 */
export function paperTable(
  evaluations: readonly TabledEvaluation[],
  { average }: { readonly average: AverageName },
): PaperTable {
  const columns = new Map<string, TabledEvaluation[]>();
  const lines = new Map<string, TabledEvaluation[]>();
  const put = (
    map: Map<string, TabledEvaluation[]>,
    key: string,
    evaluation: TabledEvaluation,
  ): void => {
    map.set(key, [...map.get(key) ?? [], evaluation]);
  };
  for (const each of evaluations) {
    put(columns, columnKey(each, evaluations), each);
    put(lines, lineKey(each), each);
  }
  const suffixes = readingSuffixes(evaluations);
  return {
    average,
    groups: [...columns].map(([title, members]) => {
      const { choices } = members[0] as TabledEvaluation;
      const { threshold, space } = choices;
      const alphas = members.flatMap(({ pck }) => Object.keys(pck[average]));
      return {
        title: title.split("\0")[0] as string,
        threshold,
        space,
        alphas: [...new Set(alphas)].sort((a, b) => Number(a) - Number(b)),
      };
    }),
    rows: [...lines.values()].map((members) => {
      const { choices } = members[0] as TabledEvaluation;
      return {
        method: [choices.model ?? choices.backbone, ...suffixes(choices)]
          .join(", "),
        size: formatSize(choices.size),
        values: [...columns.keys()].map((key) =>
          members.findLast((each) => columnKey(each, evaluations) === key)
            ?.pck[average]
        ),
      };
    }),
  };
}

/** Title of the data set, and behind it what else keeps columns apart. */
function columnKey(
  { choices }: TabledEvaluation,
  all: readonly TabledEvaluation[],
): string {
  const [name = "", split = ""] = choices.data.split(" ");
  const title = TITLES[name] ?? name;
  const same = all.filter((each) => each.choices.data === choices.data);
  const folders = new Set(same.map((each) => each.choices.folder));
  const parts = [
    title,
    ...(split === "test" ? [] : [split]),
    ...(folders.size > 1 ? [`in ${choices.folder}`] : []),
    ...(transferMark(choices, same)),
  ];
  const { threshold, space, folder = "" } = choices;
  return [parts.join(" "), threshold, space, folder].join("\0");
}

/** As the paper marks SPair-71k: `(T)` always, `(F)` where both are there. */
function transferMark(
  { transferred }: EvaluationResult["choices"],
  same: readonly TabledEvaluation[],
): readonly string[] {
  if (transferred === undefined) return [];
  if (transferred) return ["(T)"];
  return same.some(({ choices }) => choices.transferred) ? ["(F)"] : [];
}

function lineKey({ choices }: TabledEvaluation): string {
  const { model = choices.backbone, size, coordinates, normalize } = choices;
  return JSON.stringify([
    model,
    size,
    coordinates,
    normalize,
    ...readingParts(choices),
  ]);
}

function readingParts(
  choices: EvaluationResult["choices"],
): readonly [localizer: string, beta: string, width: string] {
  const { localizer, betaEval, sigmaCells } = choices;
  const { radiusCells = 7, outside = "masked" } = choices;
  const isCold = localizer === "nearestNeighbor" ||
    localizer === "bilinearNearestNeighbor";
  const width = {
    kernelSoftArgmax: `σ ${sigmaCells}`,
    windowSoftArgmax: `r ${radiusCells} ${outside}`,
  };
  return [
    localizer,
    isCold ? "" : `β ${betaEval}`,
    localizer in width ? width[localizer as keyof typeof width] : "",
  ];
}

/** Names what differs between the evaluations' readings, and nothing else. */
function readingSuffixes(
  evaluations: readonly TabledEvaluation[],
): (choices: EvaluationResult["choices"]) => readonly string[] {
  const parts = evaluations.map(({ choices }) => readingParts(choices));
  const differs = [0, 1, 2].map((i) => {
    const known = parts.map((part) => part[i]).filter((text) => text !== "");
    return new Set(known).size > 1;
  });
  return (choices) =>
    readingParts(choices).filter((text, i) => differs[i] && text !== "");
}
