/**
 * Two evaluations of the same pairs against each other.
 *
 * @module
 */

import { OptionError } from "../core/errors.ts";
import {
  type BootstrapInterval,
  bootstrapIntervals,
  type BootstrapOptions,
} from "./bootstrap_intervals.ts";
import type { PairOutcome } from "./evaluation_outcome.ts";
import { mcNemar, type McNemarResult } from "./mc_nemar.ts";
import { type AverageName, pairStatistics } from "./pair_statistics.ts";

/** Options of {@linkcode compareEvaluations}. */
export interface CompareOptions extends BootstrapOptions {
  /** Which average is compared. */
  readonly average: AverageName;
}

/** What two evaluations differ by, at one α. */
export interface EvaluationDifference {
  /** PCK of the second less that of the first, in [-1, 1]. */
  readonly difference: number;
  /** Ends of its interval over drawn sets of pairs. */
  readonly interval: readonly [low: number, high: number];
  /** Two-sided share of drawn sets in which the sign is another. */
  readonly p: number;
  /** Over keypoints, taken for independent of each other. */
  readonly mcNemar: McNemarResult;
}

/**
 * Compares two evaluations pair by pair: the difference of their PCK with a
 * paired bootstrap over pairs, and McNemar's test over keypoints.
 *
 * @param first Outcomes of the first.
 * @param second Outcomes of the second, on the same pairs in the same order.
 * @param options Average, seed, number of drawn sets and level.
 * @returns By α, how much better the second is.
 * @throws {OptionError} If pairs or α differ, or there is no pair.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { compareEvaluations } from "@simsc/core/runs";
 *
 * const image = (path: string) => ({ path, keypoints: [[1, 2] as const] });
 * const pair = {
 *   id: "a-b",
 *   category: "car",
 *   source: image("a.png"),
 *   target: image("b.png"),
 *   keypointIds: ["wheel"],
 * };
 * const outcome = (right: boolean) => ({
 *   pair,
 *   predicted: [[1, 2] as const],
 *   pck: {
 *     value: { "0.1": right ? 1 : 0 },
 *     correct: { "0.1": [right] },
 *     theta: 10,
 *     threshold: "img",
 *     space: "evaluation",
 *   } as const,
 *   beta: 0.05,
 * });
 * const differences = compareEvaluations([outcome(false)], [outcome(true)], {
 *   average: "perImage",
 *   seed: 0,
 *   resamples: 100,
 *   level: 0.95,
 * });
 * equal(differences["0.1"]?.difference, 1);
 * ```
 */
export function compareEvaluations(
  first: readonly PairOutcome[],
  second: readonly PairOutcome[],
  options: CompareOptions,
): Readonly<Record<string, EvaluationDifference>> {
  const refuse = (wanted: string, got: unknown): never => {
    throw new OptionError("compareEvaluations", "second", wanted, got);
  };
  if (first.length !== second.length || first.length === 0) {
    refuse(`as many pairs as first (${first.length}), some`, second.length);
  }
  first.forEach(({ pair, predicted }, i) => {
    const other = second[i] as PairOutcome;
    const isSame = other.pair.id === pair.id &&
      other.predicted.length === predicted.length;
    if (!isSame) refuse(`pair ${pair.id} at place ${i}`, other.pair.id);
  });
  const alphas = Object.keys((first[0] as PairOutcome).pck.value);
  const known = Object.keys((second[0] as PairOutcome).pck.value);
  if (alphas.join() !== known.join()) refuse(`at alpha ${alphas}`, known);
  const differences = (() => {
    const [a, b] = [first, second].map((pairs) =>
      pairStatistics(pairs, alphas)
    );
    const { average } = options;
    return (places?: Int32Array): readonly number[] => {
      const before = a!(places);
      return b!(places).map((after, i) => after[average] - before[i]![average]);
    };
  })();
  const measured = differences();
  const intervals = bootstrapIntervals(first.length, differences, options);
  return Object.fromEntries(alphas.map((alpha, i) => {
    const { low, high, below } = intervals[i] as BootstrapInterval;
    return [alpha, {
      difference: measured[i] as number,
      interval: [low, high],
      p: Math.min(1, 2 * Math.min(below, 1 - below)),
      mcNemar: mcNemar(flags(first, alpha), flags(second, alpha)),
    }];
  }));
}

function flags(
  pairs: readonly PairOutcome[],
  alpha: string,
): readonly boolean[] {
  return pairs.flatMap(({ pck }) => pck.correct[alpha] ?? []);
}
