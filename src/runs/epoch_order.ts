import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { OptionError } from "../core/errors.ts";
import { mixSeed } from "./_mix_seed.ts";

/** The order of one epoch, named by what it depends on. */
export interface EpochOrderOptions {
  /** Whole number of at least 0 that names the run's order. */
  readonly seed: number;
  /** Whole number of at least 0. */
  readonly epoch: number;
  /** How many items there are, a whole number of at least 0. */
  readonly count: number;
}

/**
 * Order in which an epoch visits its items: a Fisher-Yates shuffle of
 * `0 .. count - 1` drawn from `(seed, epoch)` alone.
 *
 * Nothing is carried from one epoch to the next, so a run that resumes in the
 * middle of an epoch needs only the number of items it has seen.
 *
 * @param options Seed, epoch and count.
 * @returns `count` indices, each once; empty for a count of 0.
 * @throws {OptionError} If a number is not whole or is negative.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { epochOrder } from "@simsc/core/runs";
 *
 * const order = epochOrder({ seed: 7, epoch: 2, count: 4 });
 * deepStrictEqual([...order].sort(), [0, 1, 2, 3]);
 * deepStrictEqual(epochOrder({ seed: 7, epoch: 2, count: 4 }), order);
 * ```
 */
export function epochOrder(options: EpochOrderOptions): readonly number[] {
  for (const name of ["seed", "epoch", "count"] as const) {
    const value = options[name];
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new OptionError("epochOrder", name, "a whole number >= 0", value);
    }
  }
  const generator = xoroshiro128plus(mixSeed(options.seed, options.epoch));
  const order = Array.from({ length: options.count }, (_, i) => i);
  for (let last = order.length - 1; last > 0; last--) {
    const picked = uniformInt(generator, 0, last);
    [order[last], order[picked]] = [order[picked]!, order[last]!];
  }
  return order;
}
