import { OptionError } from "./errors.ts";
import type { PckResult } from "./pck.ts";

/** PCK of one pair, and the category it counts for. */
export interface CategoryPck extends Pick<PckResult, "value" | "correct"> {
  /** Category of the pair. */
  readonly category: string;
}

/** A fraction in [0, 1] for each α, by the α written as a number. */
export type PckFractions = Readonly<Record<string, number>>;

/** The four averages that are published under the one name of PCK. */
export interface PckAverages {
  /** Mean over pairs of their PCK: the usual one of supervised work. */
  readonly perImage: PckFractions;
  /** Right keypoints over all keypoints. */
  readonly perPoint: PckFractions;
  /** Mean over categories of their per-image means. */
  readonly perCategory: PckFractions;
  /** Mean over categories of their per-point fractions. */
  readonly perCategoryPoint: PckFractions;
}

/**
 * Averages the PCK of many pairs in all four ways in use: over pairs or over
 * keypoints, and over everything at once (micro) or over categories of equal
 * weight (macro).
 *
 * @param pairs At least one result of {@linkcode pck} or
 *   {@linkcode pckDagger}, all with the same α.
 * @returns The four averages for each α.
 * @throws {OptionError} If there is no pair, or one lacks an α of the first.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { averagePck } from "@simsc/core";
 *
 * const pair = (category: string, flags: readonly boolean[]) => ({
 *   category,
 *   value: { "0.1": flags.filter(Boolean).length / flags.length },
 *   correct: { "0.1": flags },
 * });
 * const averages = averagePck([
 *   pair("car", [true]),
 *   pair("cat", [false, false, true, false]),
 * ]);
 * deepStrictEqual(averages.perImage, { "0.1": 0.625 }); // (1 + 1/4) / 2
 * deepStrictEqual(averages.perPoint, { "0.1": 0.4 }); // 2 of 5
 * ```
 */
export function averagePck(pairs: readonly CategoryPck[]): PckAverages {
  const [first] = pairs;
  if (first === undefined) {
    throw new OptionError("averagePck", "pairs", "at least one", "none");
  }
  const alphas = Object.keys(first.value);
  for (const { value, correct } of pairs) {
    const missing = alphas.find((alpha) =>
      !(alpha in value && alpha in correct)
    );
    if (missing !== undefined) {
      const wanted = `results with the same alphas (${alphas.join(", ")})`;
      const got = Object.keys(value).join(", ");
      throw new OptionError("averagePck", "pairs", wanted, got);
    }
  }
  const groups = [...Map.groupBy(pairs, ({ category }) => category).values()];
  const byAlpha = (average: (alpha: string) => number): PckFractions =>
    Object.fromEntries(alphas.map((alpha) => [alpha, average(alpha)]));
  const macro = (average: typeof overPairs): PckFractions =>
    byAlpha((alpha) => mean(groups.map((group) => average(group, alpha))));
  return {
    perImage: byAlpha((alpha) => overPairs(pairs, alpha)),
    perPoint: byAlpha((alpha) => overPoints(pairs, alpha)),
    perCategory: macro(overPairs),
    perCategoryPoint: macro(overPoints),
  };
}

function overPairs(pairs: readonly CategoryPck[], alpha: string): number {
  return mean(pairs.map(({ value }) => value[alpha] as number));
}

function overPoints(pairs: readonly CategoryPck[], alpha: string): number {
  return mean(
    pairs.flatMap(({ correct }) => (correct[alpha] ?? []).map(Number)),
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
