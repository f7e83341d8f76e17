/**
 * Learning rates over a run.
 *
 * @module
 */

import { OptionError } from "../core/errors.ts";

/** How a learning rate runs: constant as in the paper, or half a cosine down to 0. */
export type Schedule = "constant" | "cosine";

/** Options of {@linkcode learningRateFactor}. */
export interface LearningRateOptions {
  /** Steps of the run, at least 1. */
  readonly steps: number;
  /** What follows the warm-up. */
  readonly schedule: Schedule;
  /** Steps over which the rate rises from near 0, at least 0. */
  readonly warmup: number;
}

/**
 * Share of the learning rate that one step uses: with `w` warm-up steps of `n`,
 * `(t + 1) / w` for `t < w`, then 1 or `(1 + cos(π (t - w) / (n - w))) / 2`.
 *
 * @param step The step `t`, from 0.
 * @param options Length of the run, schedule and warm-up.
 * @returns A factor in [0, 1].
 * @throws {OptionError} If the schedule is unknown.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { learningRateFactor } from "@simsc/core/nn";
 *
 * const options = { steps: 12, schedule: "cosine", warmup: 2 } as const;
 * const factors = [0, 1, 2, 7].map((t) => learningRateFactor(t, options));
 * deepStrictEqual(factors.map((f) => f.toFixed(2)), ["0.50", "1.00", "1.00", "0.50"]);
 * ```
 */
export function learningRateFactor(
  step: number,
  { steps, schedule, warmup }: LearningRateOptions,
): number {
  if (schedule !== "constant" && schedule !== "cosine") {
    const wanted = "constant or cosine";
    throw new OptionError("learningRateFactor", "schedule", wanted, schedule);
  }
  if (step < warmup) return (step + 1) / warmup;
  if (schedule === "constant") return 1;
  const progress = (step - warmup) / Math.max(1, steps - warmup);
  return (1 + Math.cos(Math.PI * Math.min(1, progress))) / 2;
}
