/**
 * How far a measured number would move on other pairs of the same kind.
 *
 * @module
 */

import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { OptionError } from "../core/errors.ts";

/** Options of {@linkcode bootstrapIntervals}. */
export interface BootstrapOptions {
  /** Names the draws: equal seeds give equal intervals. */
  readonly seed: number;
  /** How many sets are drawn, at least 1; 1,000 are usual. */
  readonly resamples: number;
  /** Share of the drawn sets that the interval holds, between 0 and 1. */
  readonly level: number;
}

/** Where a statistic lies over the drawn sets. */
export interface BootstrapInterval {
  /** Lower end. */
  readonly low: number;
  /** Upper end. */
  readonly high: number;
  /** Share of the drawn sets in which it was below 0, plus half of those at 0. */
  readonly below: number;
}

/**
 * Percentile bootstrap: draws `count` members with repetition, `resamples`
 * times, and takes the middle `level` of each statistic.
 *
 * @param count Members of the set, such as pairs, at least 1.
 * @param statistics Numbers of a drawn set, given the places of its members;
 *   always as many. The list of places is used again for the next set.
 * @param options Seed, number of sets and level.
 * @returns An interval for each statistic; ends between two drawn values are
 *   interpolated. All of it is NaN where the statistic is NaN of any drawn set:
 *   that set has no place among the others, and leaving it out would make the
 *   interval one of other sets.
 * @throws {OptionError} If an option lies outside its range.
 *
 * @example
 * ```ts
 * import { ok } from "node:assert/strict";
 * import { bootstrapIntervals } from "@simsc/core/runs";
 *
 * const tosses = [0, 1, 1, 0, 1, 0, 1, 1, 0, 1];
 * const [share] = bootstrapIntervals(
 *   tosses.length,
 *   (places) => [places.reduce((sum, i) => sum + tosses[i]!, 0) / 10],
 *   { seed: 0, resamples: 1000, level: 0.95 },
 * );
 * ok(share!.low < 0.6 && 0.6 < share!.high);
 * ```
 */
export function bootstrapIntervals(
  count: number,
  statistics: (places: Int32Array) => readonly number[],
  { seed, resamples, level }: BootstrapOptions,
): readonly BootstrapInterval[] {
  const fn = "bootstrapIntervals";
  if (!(Number.isInteger(resamples) && resamples >= 1)) {
    const wanted = "a whole number >= 1";
    throw new OptionError(fn, "resamples", wanted, resamples);
  }
  if (!(level > 0 && level < 1)) {
    throw new OptionError(fn, "level", "a number between 0 and 1", level);
  }
  if (!(Number.isInteger(count) && count >= 1)) {
    throw new OptionError(fn, "count", "a whole number >= 1", count);
  }
  const generator = xoroshiro128plus(seed);
  const places = new Int32Array(count);
  const drawn: (readonly number[])[] = [];
  for (let r = 0; r < resamples; r++) {
    for (let i = 0; i < count; i++) {
      places[i] = uniformInt(generator, 0, count - 1);
    }
    drawn.push(statistics(places));
  }
  const tail = (1 - level) / 2;
  return (drawn[0] as readonly number[]).map((_, s) => {
    const values = Float64Array.from(drawn, (each) => each[s] as number).sort();
    // Sorted last, where it would move the upper end alone.
    if (values.some(Number.isNaN)) return { low: NaN, high: NaN, below: NaN };
    const negative = values.filter((value) => value < 0).length;
    const zero = values.filter((value) => value === 0).length;
    return {
      low: quantile(values, tail),
      high: quantile(values, 1 - tail),
      below: (negative + zero / 2) / resamples,
    };
  });
}

/** Between two sorted values in proportion. */
function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)] as number;
  const high = sorted[Math.ceil(at)] as number;
  return low + (high - low) * (at - Math.floor(at));
}
