import { OptionError, ShapeError } from "./errors.ts";
import type { Box, Point } from "./point.ts";

/**
 * Which length θ scales the threshold, always of the image where predictions
 * land: `img` its longer side, `kps` the larger extent of its true keypoints,
 * `bbox` the longer side of its object's box.
 */
export type PckThreshold = "img" | "kps" | "bbox";

/** Pixels that points, boxes and θ are measured in. */
export type PckSpace = "evaluation" | "original";

/** Predicted and true points of one image pair. */
export interface PckPoints {
  /** Predicted (x, y), one for each true point. */
  readonly predicted: readonly Point[];
  /** True (x, y); at least one. */
  readonly truth: readonly Point[];
}

/** Options of {@linkcode pck}; each changes published numbers, so none has a default. */
export interface PckOptions {
  /** Which length θ is. */
  readonly threshold: PckThreshold;
  /** Pixels everything is measured in; written into the result. */
  readonly space: PckSpace;
  /** Fractions of θ, each > 0. */
  readonly alphas: readonly number[];
  /** `[H, W]` of the image where predictions land, needed for `img`. */
  readonly imageSize?: readonly [H: number, W: number];
  /** Box of the object there, needed for `bbox`. */
  readonly box?: Box;
}

/** Percentage of correct keypoints of one pair, with the choices behind it. */
export interface PckResult {
  /** Fraction correct in [0, 1] for each α, by the α written as a number. */
  readonly value: Readonly<Record<string, number>>;
  /** For each α, whether each keypoint is correct. */
  readonly correct: Readonly<Record<string, readonly boolean[]>>;
  /** θ in pixels. */
  readonly theta: number;
  /** Which length θ is. */
  readonly threshold: PckThreshold;
  /** Pixels everything was measured in. */
  readonly space: PckSpace;
}

/**
 * Percentage of correct keypoints of one image pair (SimSC, Eq. 10):
 * `PCK(α) = (1 / n) Σ_q [‖x̄_q - x_q‖₂ <= α θ]`.
 *
 * A point exactly on the threshold is correct; a NaN prediction is wrong.
 * Padding never enters: pass the real keypoints only.
 *
 * @param points Predicted and true points, in the same pixels.
 * @param options θ, the pixels it is measured in, and the α.
 * @returns A fraction for each α, and θ.
 * @throws {ShapeError} If the two lists differ in length or are empty.
 * @throws {OptionError} If `imageSize` or `box` is needed and missing, θ is
 *   not > 0 or an α is not > 0.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { pck } from "@simsc/core";
 *
 * const result = pck(
 *   { predicted: [[10, 20], [30.1, 20]], truth: [[10, 20], [10, 20]] },
 *   {
 *     threshold: "img",
 *     space: "evaluation",
 *     alphas: [0.1, 0.2],
 *     imageSize: [120, 200],
 *   },
 * );
 * deepStrictEqual(result.value, { "0.1": 0.5, "0.2": 1 }); // θ = 200
 * ```
 */
export function pck(points: PckPoints, options: PckOptions): PckResult {
  const { predicted, truth } = points;
  if (truth.length === 0 || predicted.length !== truth.length) {
    throw new ShapeError(
      "pck",
      "predicted",
      `as many points as truth (${truth.length}), at least 1`,
      [predicted.length],
    );
  }
  const theta = pckTheta(truth, options);
  const distances = truth.map(([x, y], k) => {
    const [px, py] = predicted[k] as Point;
    return Math.hypot(px - x, py - y);
  });
  const correct = Object.fromEntries(options.alphas.map((alpha) => {
    if (!(alpha > 0)) throw new OptionError("pck", "alphas", "> 0", alpha);
    return [String(alpha), distances.map((d) => d <= alpha * theta)];
  }));
  const value = Object.fromEntries(
    Object.entries(correct).map(([alpha, flags]) => [
      alpha,
      flags.filter(Boolean).length / flags.length,
    ]),
  );
  const { threshold, space } = options;
  return { value, correct, theta, threshold, space };
}

/**
 * The length θ that scales the threshold of {@linkcode pck}.
 *
 * @param truth True (x, y) of the image where predictions land.
 * @param options Which length, and the image size or box it needs.
 * @returns θ in the pixels of its inputs, > 0.
 * @throws {OptionError} If what the choice needs is missing or θ is not > 0.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { pckTheta } from "@simsc/core";
 *
 * strictEqual(pckTheta([[3, 4], [10, 6]], { threshold: "kps" }), 7);
 * ```
 */
export function pckTheta(
  truth: readonly Point[],
  { threshold, imageSize, box }: Pick<
    PckOptions,
    "threshold" | "imageSize" | "box"
  >,
): number {
  const theta = (): number => {
    switch (threshold) {
      case "img":
        if (imageSize === undefined) {
          throw new OptionError("pck", "imageSize", "given for img", imageSize);
        }
        return Math.max(...imageSize);
      case "kps":
        return Math.max(
          extent(truth.map(([x]) => x)),
          extent(truth.map(([, y]) => y)),
        );
      case "bbox":
        if (box === undefined) {
          throw new OptionError("pck", "box", "given for bbox", box);
        }
        return Math.max(box[2] - box[0], box[3] - box[1]);
      default:
        throw new OptionError("pck", "threshold", "img, kps, bbox", threshold);
    }
  };
  const length = theta();
  if (!(length > 0)) {
    throw new OptionError("pck", "theta", "> 0 pixels", length);
  }
  return length;
}

function extent(values: readonly number[]): number {
  return Math.max(...values) - Math.min(...values);
}
