/**
 * Averages of PCK over any drawn set of pairs, fast enough for thousands.
 *
 * @module
 */

import type { PairOutcome } from "./evaluation_outcome.ts";

/** Averages of PCK that are published under its one name. */
export const AVERAGES = [
  "perImage",
  "perPoint",
  "perCategory",
  "perCategoryPoint",
] as const;

/**
 * Mean of the pairs' PCK, the usual one; right keypoints over all; mean over
 * categories of their mean over pairs; mean over categories of their share of
 * right keypoints.
 */
export type AverageName = typeof AVERAGES[number];

/**
 * PCK at each α over the pairs at some places, all pairs by default, averaged in
 * every way; NaN where there is no pair.
 */
export type PairStatistics = (
  places?: Int32Array,
) => readonly Readonly<Record<AverageName, number>>[];

/**
 * Prepares pairs for many averages.
 *
 * @param pairs Evaluated pairs.
 * @param alphas Which α, as in their `pck.value`.
 * @returns Their averages by α; a category without a drawn pair does not count.
 *
 * @example
 * ```ts
 * import { ok } from "node:assert/strict";
 * import { pairStatistics } from "@simsc/core/runs";
 *
 * const [average] = pairStatistics([], ["0.1"])();
 * ok(Number.isNaN(average?.perImage));
 * ```
 */
export function pairStatistics(
  pairs: readonly PairOutcome[],
  alphas: readonly string[],
): PairStatistics {
  const names = [...new Set(pairs.map(({ pair }) => pair.category))];
  const category = Int32Array.from(
    pairs,
    ({ pair }) => names.indexOf(pair.category),
  );
  const width = SHARES + 2 * alphas.length;
  const table = Float64Array.from(
    pairs.flatMap(({ predicted: { length: points }, pck }) => {
      const rights = alphas.map((alpha) =>
        (pck.correct[alpha] ?? []).filter(Boolean).length
      );
      return [1, points, ...rights.flatMap((right) => [right / points, right])];
    }),
  );
  const everything = Int32Array.from(pairs, (_, i) => i);
  return (places = everything) => {
    const sums = new Float64Array(names.length * width);
    for (let k = 0; k < places.length; k++) {
      const i = places[k]!;
      const row = i * width;
      const group = category[i]! * width;
      for (let column = 0; column < width; column++) {
        sums[group + column]! += table[row + column]!;
      }
    }
    const groups = names.map((_, g) =>
      sums.subarray(g * width, (g + 1) * width)
    );
    return alphas.map((_, a) => {
      const shares = SHARES + 2 * a;
      const rights = shares + 1;
      return {
        perImage: total(groups, shares) / places.length,
        perPoint: total(groups, rights) / total(groups, POINTS),
        perCategory: meanRatio(groups, shares, PAIRS),
        perCategoryPoint: meanRatio(groups, rights, POINTS),
      };
    });
  };
}

/** Columns of the sums: pairs, keypoints, then by α the shares of right ones and how many those are. */
const [PAIRS, POINTS, SHARES] = [0, 1, 2];

/** Sums of each category. */
type Groups = readonly Float64Array[];

function total(groups: Groups, column: number): number {
  return groups.reduce((all, sums) => all + sums[column]!, 0);
}

/** Mean of one sum over another, over the categories that were drawn. */
function meanRatio(groups: Groups, column: number, by: number): number {
  let [ratios, drawn] = [0, 0];
  for (const sums of groups) {
    if (sums[by] === 0) continue;
    ratios += sums[column]! / sums[by]!;
    drawn += 1;
  }
  return ratios / drawn;
}
