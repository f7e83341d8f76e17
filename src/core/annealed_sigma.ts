import { OptionError } from "./errors.ts";

/** Options of {@linkcode annealedSigma}. */
export interface AnnealedSigmaOptions {
  /** Standard deviation before the schedule starts, in cells, > 0. */
  readonly from: number;
  /** Standard deviation where it ends, in cells, > 0. */
  readonly to: number;
  /** Steps at `from` first, a whole number >= 0. */
  readonly warmup: number;
  /** Steps of the whole schedule, warm-up included, a whole number > `warmup`. */
  readonly steps: number;
  /** Half a cosine, a straight line, or a constant factor a step. */
  readonly schedule: "cosine" | "linear" | "exponential";
}

/**
 * Width of a Gaussian target that narrows over a run: `from` for `w` warm-up
 * steps of `n`, then with `p = (t - w) / (n - w)`, at most 1,
 * `to + (from - to) (1 + cos(π p)) / 2`, `from + (to - from) p` or
 * `from (to / from)^p`.
 *
 * A wide target first pulls every near cell, a narrow one then makes the peak
 * sharp. It suits `std` of {@linkcode gaussianTarget} and
 * {@linkcode crossEntropy} as well as `sigmaCells` of
 * {@linkcode kernelSoftArgmax}.
 *
 * @param step The step `t`, a number >= 0.
 * @param options Both ends and the way between them.
 * @returns Cells, between `from` and `to`; `to` from step `n` on.
 * @throws {OptionError} If an option lies outside its range.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { annealedSigma } from "@simsc/core";
 *
 * const options = {
 *   from: 3.5,
 *   to: 1,
 *   warmup: 1000,
 *   steps: 12000,
 *   schedule: "cosine",
 * } as const;
 * const sigmas = [0, 1000, 6500, 12000].map((t) => annealedSigma(t, options));
 * deepStrictEqual(sigmas, [3.5, 3.5, 2.25, 1]);
 * ```
 */
export function annealedSigma(
  step: number,
  { from, to, warmup, steps, schedule }: AnnealedSigmaOptions,
): number {
  const check = (name: string, value: number, wanted: string, ok: boolean) => {
    if (!ok) throw new OptionError("annealedSigma", name, wanted, value);
  };
  check("step", step, "a number >= 0", step >= 0);
  check("from", from, "a finite number > 0", from > 0 && from < Infinity);
  check("to", to, "a finite number > 0", to > 0 && to < Infinity);
  check(
    "warmup",
    warmup,
    "a whole number >= 0",
    Number.isInteger(warmup) && warmup >= 0,
  );
  check(
    "steps",
    steps,
    `a whole number > warmup (${warmup})`,
    Number.isInteger(steps) && steps > warmup,
  );
  const way = ways[schedule];
  if (way === undefined) {
    const wanted = Object.keys(ways).join(", ");
    throw new OptionError("annealedSigma", "schedule", wanted, schedule);
  }
  if (step >= steps) return to;
  return way({ from, to }, Math.max(0, step - warmup) / (steps - warmup));
}

const ways: {
  readonly [Way in AnnealedSigmaOptions["schedule"]]: (
    ends: { readonly from: number; readonly to: number },
    progress: number,
  ) => number;
} = {
  cosine: ({ from, to }, p) =>
    to + (from - to) * (1 + Math.cos(Math.PI * p)) / 2,
  linear: ({ from, to }, p) => from + (to - from) * p,
  exponential: ({ from, to }, p) => from * (to / from) ** p,
};
