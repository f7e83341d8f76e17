import { ShapeError } from "./errors.ts";
import { pck, type PckOptions, type PckPoints, type PckResult } from "./pck.ts";
import type { Point } from "./point.ts";

/** Points of {@linkcode pckDagger}. */
export interface PckDaggerPoints extends PckPoints {
  /**
   * Every keypoint annotated in the image where predictions land, those that
   * the other image lacks included; those of `truth` always count.
   */
  readonly visible?: readonly Point[];
}

/**
 * PCK†: a keypoint is correct where {@linkcode pck} says so and no other
 * visible keypoint of the image lies nearer to the prediction than its own,
 * `‖x̄_q - x_q‖ <= α θ` and `‖x̄_q - x_q‖ <= min_j ‖x̄_q - x_j‖`.
 *
 * It tells left from right: a prediction on the wrong paw is wrong even where
 * both paws lie within the threshold. A tie counts as correct. θ is that of
 * `truth`, so the two metrics differ in nothing else.
 *
 * @param points Predicted, true and other visible points, in the same pixels.
 * @param options As of {@linkcode pck}.
 * @returns As of {@linkcode pck}; never more than its fractions.
 * @throws {ShapeError} If predictions and truth differ in length or are empty.
 * @throws {OptionError} As {@linkcode pck}.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { pck, pckDagger } from "@simsc/core";
 *
 * const options = {
 *   threshold: "img",
 *   space: "evaluation",
 *   alphas: [0.1],
 *   imageSize: [100, 100],
 * } as const;
 * // The left eye is found on the right one, 6 pixels off: within 10.
 * const points = { predicted: [[46, 20]], truth: [[40, 20]] } as const;
 * deepStrictEqual(pck(points, options).value, { "0.1": 1 });
 * const visible = [[40, 20], [46, 20]] as const;
 * deepStrictEqual(pckDagger({ ...points, visible }, options).value, { "0.1": 0 });
 * ```
 */
export function pckDagger(
  { predicted, truth, visible = [] }: PckDaggerPoints,
  options: PckOptions,
): PckResult {
  if (truth.length === 0 || predicted.length !== truth.length) {
    const wanted = `as many points as truth (${truth.length}), at least 1`;
    throw new ShapeError("pckDagger", "predicted", wanted, [predicted.length]);
  }
  const result = pck({ predicted, truth }, options);
  const others = [...truth, ...visible];
  const nearest = truth.map((own, k) => {
    const point = predicted[k] as Point;
    const distance = apart(point, own);
    return others.every((other) => distance <= apart(point, other));
  });
  const correct = Object.fromEntries(
    Object.entries(result.correct).map(([alpha, flags]) => [
      alpha,
      flags.map((flag, k) => flag && nearest[k] === true),
    ]),
  );
  const value = Object.fromEntries(
    Object.entries(correct).map(([alpha, flags]) => [
      alpha,
      flags.filter(Boolean).length / flags.length,
    ]),
  );
  return { ...result, correct, value };
}

function apart([x, y]: Point, [u, v]: Point): number {
  return Math.hypot(x - u, y - v);
}
