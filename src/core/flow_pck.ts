/**
 * PCK of a dense flow over an object.
 *
 * @module
 */

import { OptionError } from "./errors.ts";

/** A dense match and its truth: for each pixel how far it moves. */
export interface FlowPair {
  /** `(u, v)` of each pixel, row-major. */
  readonly predicted: ArrayLike<number>;
  /** The same of the truth; NaN where it is unknown. */
  readonly truth: ArrayLike<number>;
}

/** Options of {@linkcode flowPck}. */
export interface FlowPckOptions {
  /** `[H, W]` in pixels of the picture that the flow leads into. */
  readonly imageSize: readonly [height: number, width: number];
  /** Fractions of its longer side. */
  readonly alphas: readonly number[];
  /** Pixels that count, one value each; 0 is none of them. All by default. */
  readonly mask?: ArrayLike<number>;
}

/** How good a flow is. */
export interface FlowPckResult {
  /** Share of right pixels, 0 to 1, by α; NaN where none counts. */
  readonly value: Readonly<Record<string, number>>;
  /** Mean distance to the truth in pixels; NaN where none counts. */
  readonly endPointError: number;
  /** Pixels that count: in the mask, their truth known. */
  readonly pixels: number;
}

/**
 * The share of pixels `p` in the mask whose flow is within
 * `α max(H, W)` of the truth, `‖f(p) - f*(p)‖ ≤ α max(H, W)`, as TSS is
 * evaluated, with H and W of the picture that the flow leads into.
 *
 * A pixel whose truth is unknown does not count; one whose predicted flow is
 * not finite is wrong, and makes the mean distance infinite.
 *
 * @param flows Both flows, in pixels of the picture they lead into.
 * @param options Size, fractions and mask.
 * @returns Shares and mean distance.
 * @throws {OptionError} If lengths differ, or a fraction is not above 0.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { flowPck } from "@simsc/core";
 *
 * // Two pixels, 5 and 0 pixels off, in a picture 100 wide.
 * const flows = { predicted: [3, 4, 1, 1], truth: [0, 0, 1, 1] };
 * deepStrictEqual(flowPck(flows, { imageSize: [50, 100], alphas: [0.01, 0.05] }), {
 *   value: { "0.01": 0.5, "0.05": 1 },
 *   endPointError: 2.5,
 *   pixels: 2,
 * });
 * ```
 */
export function flowPck(
  { predicted, truth }: FlowPair,
  { imageSize, alphas, mask }: FlowPckOptions,
): FlowPckResult {
  const count = truth.length / 2;
  if (predicted.length !== truth.length || !Number.isInteger(count)) {
    const wanted = `${truth.length} values, two a pixel`;
    throw new OptionError("flowPck", "predicted", wanted, predicted.length);
  }
  if (mask !== undefined && mask.length !== count) {
    throw new OptionError("flowPck", "mask", `${count} values`, mask.length);
  }
  const wrong = alphas.find((alpha) => !(alpha > 0));
  if (wrong !== undefined) {
    throw new OptionError("flowPck", "alphas", "> 0", wrong);
  }
  const thresholds = alphas.map((alpha) => alpha * Math.max(...imageSize));
  const right = alphas.map(() => 0);
  let [pixels, sum] = [0, 0];
  for (let i = 0; i < count; i++) {
    if (mask !== undefined && !mask[i]) continue;
    const [u, v] = [truth[2 * i]!, truth[2 * i + 1]!];
    if (!Number.isFinite(u) || !Number.isFinite(v)) continue;
    const distance = Math.hypot(
      predicted[2 * i]! - u,
      predicted[2 * i + 1]! - v,
    );
    pixels += 1;
    sum += Number.isNaN(distance) ? Infinity : distance;
    thresholds.forEach((most, a) => {
      if (distance <= most) right[a]! += 1;
    });
  }
  return {
    value: Object.fromEntries(
      alphas.map((alpha, a) => [String(alpha), right[a]! / pixels]),
    ),
    endPointError: sum / pixels,
    pixels,
  };
}
