/**
 * Averages of PCK over any drawn set of pairs, fast enough for thousands.
 *
 * @module
 */

import type { PairOutcome } from "./evaluate.ts";

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
 * PCK at an α over the pairs at some places, all pairs by default, averaged in
 * every way; NaN where there is no pair.
 */
export type PairStatistics = (
  alpha: string,
  places?: Int32Array,
) => Readonly<Record<AverageName, number>>;

/**
 * Prepares pairs for many averages.
 *
 * @param pairs Evaluated pairs.
 * @returns Their averages; a category without a drawn pair does not count.
 *
 * @example
 * ```ts
 * import { ok } from "node:assert/strict";
 * import { pairStatistics } from "@simsc/core/runs";
 *
 * ok(Number.isNaN(pairStatistics([])("0.1").perImage));
 * ```
 */
export function pairStatistics(
  pairs: readonly PairOutcome[],
): PairStatistics {
  const names = [...new Set(pairs.map(({ pair }) => pair.category))];
  const category = Int32Array.from(
    pairs,
    ({ pair }) => names.indexOf(pair.category),
  );
  const points = Float64Array.from(pairs, ({ predicted }) => predicted.length);
  const countsOf = (alpha: string): Counts => {
    const rights = Float64Array.from(
      pairs,
      ({ pck }) => (pck.correct[alpha] ?? []).filter(Boolean).length,
    );
    return { rights, shares: rights.map((right, i) => right / points[i]!) };
  };
  const everything = Int32Array.from(pairs, (_, i) => i);
  const known = new Map<string, Counts>();
  return (alpha, places = everything) => {
    const counts = known.get(alpha) ?? countsOf(alpha);
    known.set(alpha, counts);
    const { rights, shares } = counts;
    const drawn = new Float64Array(names.length);
    const sums = {
      points: drawn.slice(),
      shares: drawn.slice(),
      rights: drawn.slice(),
    };
    for (let k = 0; k < places.length; k++) {
      const i = places[k]!;
      const group = category[i]!;
      drawn[group]! += 1;
      sums.points[group]! += points[i]!;
      sums.shares[group]! += shares[i]!;
      sums.rights[group]! += rights[i]!;
    }
    return {
      perImage: total(sums.shares) / places.length,
      perPoint: total(sums.rights) / total(sums.points),
      perCategory: meanRatio(sums.shares, drawn),
      perCategoryPoint: meanRatio(sums.rights, sums.points),
    };
  };
}

/** What an α makes of each pair. */
interface Counts {
  /** Right keypoints. */
  readonly rights: Float64Array;
  /** Their share of all. */
  readonly shares: Float64Array;
}

function total(sums: Float64Array): number {
  return sums.reduce((all, sum) => all + sum, 0);
}

/** Mean of `sums / counts` over the groups that were drawn. */
function meanRatio(sums: Float64Array, counts: Float64Array): number {
  let [ratios, groups] = [0, 0];
  sums.forEach((sum, group) => {
    if (counts[group] === 0) return;
    ratios += sum / counts[group]!;
    groups += 1;
  });
  return ratios / groups;
}
