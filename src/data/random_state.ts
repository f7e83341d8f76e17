/**
 * Randomness as plain numbers: a state goes in, the next one comes out.
 *
 * @module
 */

import { type RandomState, sample, streamOf } from "./_random.ts";

export type { RandomState };

/**
 * State of the stream of random numbers that a seed and labels name; streams
 * of other seeds or labels are unrelated.
 *
 * @param seed Whole number.
 * @param labels What the stream is for, such as a name and a step.
 * @returns The state, to be handed to what draws from it.
 *
 * @example
 * ```ts
 * import { deepStrictEqual, notDeepStrictEqual } from "node:assert/strict";
 * import { randomState } from "@simsc/core/data";
 *
 * deepStrictEqual(randomState(7, "crop", 2), randomState(7, "crop", 2));
 * notDeepStrictEqual(randomState(7, "crop", 2), randomState(7, "crop", 3));
 * ```
 */
export function randomState(
  seed: number,
  ...labels: readonly (string | number)[]
): RandomState {
  return streamOf(seed, ...labels);
}

/**
 * A number drawn uniformly from `[0, 1)`, in steps of 2^-24.
 *
 * @param state Where the randomness is.
 * @returns The number, and the next state.
 *
 * @example
 * ```ts
 * import { ok } from "node:assert/strict";
 * import { randomState, randomUnit } from "@simsc/core/data";
 *
 * const [first, next] = randomUnit(randomState(0));
 * const [second] = randomUnit(next);
 * ok(first !== second && first >= 0 && first < 1);
 * ```
 */
export function randomUnit(
  state: RandomState,
): readonly [number, RandomState] {
  const [{ unit }, next] = sample(state, { unit: [0, 1] });
  return [unit, next];
}
