/**
 * Means of evaluated pairs, in all the ways in which they are published.
 *
 * @module
 */

import {
  averagePck,
  type CategoryPck,
  type PckFractions,
} from "../core/average_pck.ts";
import type { FlowPckResult } from "../core/flow_pck.ts";
import type { PairDifficulty } from "../data/image_pair.ts";
import type { EvaluationOutcome, PairOutcome } from "./evaluation_outcome.ts";
import type { EvaluationRow } from "./format_evaluation.ts";
import type { AverageName } from "./pair_statistics.ts";

/** Per-image means by how hard SPair-71k's annotators found the pairs. */
export interface DifficultyRows {
  /** Change of viewpoint, grades 0 to 2. */
  readonly viewpointVariation: readonly EvaluationRow[];
  /** Change of scale, grades 0 to 2. */
  readonly scaleVariation: readonly EvaluationRow[];
  /** Grades 0 to 3: none, source, target, both. */
  readonly truncation: readonly EvaluationRow[];
  /** Grades 0 to 3: none, source, target, both. */
  readonly occlusion: readonly EvaluationRow[];
}

/** How good dense matches are, over the pairs that have a true flow. */
export interface FlowAverages {
  /** Share of right pixels, mean over pairs. */
  readonly pck: PckFractions;
  /** The same of each category. */
  readonly categories: readonly EvaluationRow[];
  /** Distance to the truth, mean over pairs, in pixels that errors are measured in. */
  readonly endPointError: number;
  /** Pairs with such a flow. */
  readonly pairs: number;
  /** Pixels of all of them that count. */
  readonly pixels: number;
}

/** The averages of an evaluation. */
export interface EvaluationAverages {
  /** PCK over all pairs, averaged in four ways. */
  readonly pck: Readonly<Record<AverageName, PckFractions>>;
  /** Per-image mean of each category. */
  readonly categories: readonly EvaluationRow[];
  /** Per-image mean of each grade, where pairs are graded. */
  readonly difficulties?: DifficultyRows;
  /** Dense matches, where pairs have a true flow. */
  readonly flow?: FlowAverages;
  /** Pairs. */
  readonly pairs: number;
  /** Keypoints. */
  readonly points: number;
  /** Effective temperature over the pairs. */
  readonly beta: { readonly mean: number; readonly std: number };
}

/** What there is to average without a pair. */
const NOTHING: EvaluationAverages["pck"] = {
  perImage: {},
  perPoint: {},
  perCategory: {},
  perCategoryPoint: {},
};

/**
 * Averages an evaluation in four ways, by category and by grade, and the flow
 * of the pairs that have one.
 *
 * @param outcome Every pair.
 * @returns The averages; NaN where there is no pair.
 *
 * @example
 * ```ts
 * import { ok } from "node:assert/strict";
 * import { averages } from "@simsc/core/runs";
 *
 * const { pairs, beta } = averages({ pairs: [] });
 * ok(pairs === 0 && Number.isNaN(beta.mean));
 * ```
 */
export function averages(
  { pairs }: Pick<EvaluationOutcome, "pairs">,
): EvaluationAverages {
  const isGraded = pairs.some(({ pair }) => pair.difficulty !== undefined);
  const flow = flowAverages(pairs);
  const betas = pairs.map(({ beta }) => beta);
  const center = mean(betas);
  return {
    pck: pairs.length > 0 ? averagePck(pairs.map(counted)) : NOTHING,
    categories: rowsBy(pairs, ({ pair }) => pair.category, perImage),
    ...(isGraded && {
      difficulties: {
        viewpointVariation: gradeRows(pairs, "viewpointVariation"),
        scaleVariation: gradeRows(pairs, "scaleVariation"),
        truncation: gradeRows(pairs, "truncation"),
        occlusion: gradeRows(pairs, "occlusion"),
      },
    }),
    ...(flow && { flow }),
    pairs: pairs.length,
    points: pairs.reduce((n, { predicted }) => n + predicted.length, 0),
    beta: {
      mean: center,
      std: Math.sqrt(mean(betas.map((beta) => (beta - center) ** 2))),
    },
  };
}

/** Every pair counts alike, however large its mask, as TSS is reported. */
function flowAverages(
  pairs: readonly PairOutcome[],
): FlowAverages | undefined {
  const flows = pairs.flatMap(({ pair: { category }, flow }) =>
    flow && flow.pixels > 0 ? [{ ...flow, category }] : []
  );
  if (flows.length === 0) return undefined;
  return {
    pck: meanPck(flows),
    categories: rowsBy(flows, ({ category }) => category, meanPck),
    endPointError: mean(flows.map(({ endPointError }) => endPointError)),
    pairs: flows.length,
    pixels: flows.reduce((sum, { pixels }) => sum + pixels, 0),
  };
}

/** One row a group, in order of its name. */
function rowsBy<A>(
  list: readonly A[],
  key: (each: A) => string,
  average: (own: readonly A[]) => PckFractions,
): readonly EvaluationRow[] {
  return [...Map.groupBy(list, key)]
    .toSorted(([a], [b]) => a < b ? -1 : 1)
    .map(([category, own]) => ({
      category,
      pairs: own.length,
      pck: average(own),
    }));
}

function perImage(pairs: readonly PairOutcome[]): PckFractions {
  return averagePck(pairs.map(counted)).perImage;
}

function gradeRows(
  pairs: readonly PairOutcome[],
  name: keyof PairDifficulty,
): readonly EvaluationRow[] {
  const graded = pairs.filter(({ pair }) => pair.difficulty !== undefined);
  const gradeOf = ({ pair }: PairOutcome): string =>
    String(pair.difficulty?.[name]);
  return rowsBy(graded, gradeOf, perImage);
}

function counted({ pair, pck }: PairOutcome): CategoryPck {
  return { ...pck, category: pair.category };
}

function meanPck(list: readonly Pick<FlowPckResult, "value">[]): PckFractions {
  const alphas = Object.keys(list[0]?.value ?? {});
  return Object.fromEntries(
    alphas.map((alpha) => [
      alpha,
      mean(list.map(({ value }) => value[alpha] as number)),
    ]),
  );
}

function mean(list: readonly number[]): number {
  return list.reduce((sum, x) => sum + x, 0) / list.length;
}
