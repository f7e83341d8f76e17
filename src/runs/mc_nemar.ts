/**
 * Whether two ways of doing the same things fail on different ones.
 *
 * @module
 */

import { OptionError } from "../core/errors.ts";

/** What {@linkcode mcNemar} finds. */
export interface McNemarResult {
  /** Cases that only the first got right. */
  readonly onlyFirst: number;
  /** Cases that only the second got right. */
  readonly onlySecond: number;
  /**
   * Two-sided exact probability of a split at least as uneven if both were
   * equally good; 1 where no case tells them apart.
   */
  readonly p: number;
}

/**
 * McNemar's exact test on paired rights and wrongs:
 * `p = min(1, 2 Σ_{i <= min(b, c)} C(b + c, i) / 2^(b + c))`, with `b` and `c`
 * the cases that one of the two alone got right.
 *
 * It takes cases for independent. Keypoints of one pair are not: there a
 * bootstrap over pairs is the careful one, and this the customary one.
 *
 * @param first Whether the first was right, case by case.
 * @param second The same of the second, as many.
 * @returns Both counts and the probability.
 * @throws {OptionError} If the lists differ in length.
 *
 * @example
 * ```ts
 * import { ok } from "node:assert/strict";
 * import { mcNemar } from "@simsc/core/runs";
 *
 * const first = [true, true, true, true, false];
 * const second = [false, false, false, true, false];
 * // Three heads in three tosses, or three tails: 2 / 2^3.
 * ok(Math.abs(mcNemar(first, second).p - 0.25) < 1e-12);
 * ```
 */
export function mcNemar(
  first: readonly boolean[],
  second: readonly boolean[],
): McNemarResult {
  if (first.length !== second.length) {
    const wanted = `as many as first (${first.length})`;
    throw new OptionError("mcNemar", "second", wanted, second.length);
  }
  const only = (a: readonly boolean[], b: readonly boolean[]): number =>
    a.filter((isRight, i) => isRight && !b[i]).length;
  const onlyFirst = only(first, second);
  const onlySecond = only(second, first);
  const p = Math.min(1, 2 * lowerTail(onlyFirst, onlySecond));
  return { onlyFirst, onlySecond, p };
}

/** `Σ_{i <= min(b, c)} C(n, i) / 2^n`, `n = b + c`; logarithms keep large `n` finite. */
function lowerTail(b: number, c: number): number {
  const n = b + c;
  let term = -n * Math.LN2;
  let sum = Math.exp(term);
  for (let i = 1; i <= Math.min(b, c); i++) {
    term += Math.log((n - i + 1) / i);
    sum += Math.exp(term);
  }
  return sum;
}
