/**
 * The part of Adam that depends on the step alone.
 *
 * @module
 */

import { OptionError } from "../core/errors.ts";

/** Decay rates and guard of Adam; PyTorch's by default. */
export interface AdamOptions {
  /** Decay of the first moment, at least 0, below 1; 0.9 by default. */
  readonly beta1?: number;
  /** Decay of the second moment, at least 0, below 1; 0.999 by default. */
  readonly beta2?: number;
  /** Guard of the divisor, at least 0; 1e-8 by default. */
  readonly epsilon?: number;
}

/** {@linkcode AdamOptions} with every default filled in. */
export const ADAM_DEFAULTS: Required<AdamOptions> = {
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
};

/**
 * Factors of one step of {@linkcode adam}, in double precision.
 *
 * With `c1 = 1 - beta1^t` and `c2 = 1 - beta2^t`, PyTorch's update
 * `lr (m / c1) / (sqrt(v / c2) + epsilon)` over the undivided sums
 * `M = m / (1 - beta1)` and `V = v / (1 - beta2)` is
 * `lr rate M / (sqrt(V) + guard)`, where
 * `rate = (1 - beta1) / c1 sqrt(c2 / (1 - beta2))` and
 * `guard = epsilon sqrt(c2 / (1 - beta2))`. They are computed here and fed,
 * since `1 - 0.999^t` in single precision loses four digits at `t = 1`.
 *
 * @param step Number `t` of the step, 1 for the first.
 * @param options Decay rates and guard.
 * @returns `[rate, guard]`, to be fed as a tensor `[2]`.
 * @throws {OptionError} If the step is not a whole number of at least 1.
 *
 * @example
 * ```ts
 * import { ok } from "node:assert/strict";
 * import { adamCorrections } from "@simsc/core/nn";
 *
 * const [rate, guard] = adamCorrections(1); // at t = 1 every root is 1
 * ok(Math.abs(rate - 1) < 1e-12);
 * ok(Math.abs(guard - 1e-8) < 1e-20);
 * ```
 */
export function adamCorrections(
  step: number,
  options: AdamOptions = {},
): readonly [rate: number, guard: number] {
  if (!Number.isInteger(step) || step < 1) {
    throw new OptionError("adamCorrections", "step", "at least 1", step);
  }
  const { beta1, beta2, epsilon } = { ...ADAM_DEFAULTS, ...options };
  const root = Math.sqrt((1 - beta2 ** step) / (1 - beta2));
  const rate = (1 - beta1) / (1 - beta1 ** step) * root;
  return [rate, epsilon * root];
}
