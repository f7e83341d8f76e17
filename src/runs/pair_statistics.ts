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
 * PCK at an α over the pairs at some places, all pairs by default; NaN where
 * there is none.
 */
export type PairStatistics = (
  alpha: string,
  average: AverageName,
  places?: Int32Array,
) => number;

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
 * ok(Number.isNaN(pairStatistics([])("0.1", "perImage")));
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
  const rights = new Map<string, Float64Array>();
  const rightOf = (alpha: string): Float64Array => {
    const known = rights.get(alpha) ?? Float64Array.from(
      pairs,
      ({ pck }) => (pck.correct[alpha] ?? []).filter(Boolean).length,
    );
    rights.set(alpha, known);
    return known;
  };
  const everything = Int32Array.from(pairs, (_, i) => i);
  return (alpha, average, places = everything) => {
    const right = rightOf(alpha);
    const isMacro = average === "perCategory" || average === "perCategoryPoint";
    const isPoint = average === "perPoint" || average === "perCategoryPoint";
    const sums = new Float64Array(isMacro ? names.length : 1);
    const counts = new Float64Array(sums.length);
    for (let k = 0; k < places.length; k++) {
      const i = places[k] as number;
      const group = isMacro ? category[i] as number : 0;
      const part = right[i] as number;
      const whole = points[i] as number;
      sums[group]! += isPoint ? part : part / whole;
      counts[group]! += isPoint ? whole : 1;
    }
    let [total, groups] = [0, 0];
    sums.forEach((sum, group) => {
      if (counts[group] === 0) return;
      total += sum / (counts[group] as number);
      groups += 1;
    });
    return total / groups;
  };
}
