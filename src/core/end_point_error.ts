import type { Backend } from "../backends/backend.ts";
import { axes, someKeypoint } from "./_shape.ts";
import { maskPoints } from "./_mask_points.ts";
import { meanOverPoints } from "./_mean_over_points.ts";
import { OptionError, ShapeError } from "./errors.ts";
import { meanOverPairs } from "./mean_over_pairs.ts";

/** `euclidean`: `‖p - q‖₂`, the end-point error; `squared`: its square. */
export type PointDistance = "euclidean" | "squared";

/** Inputs of {@linkcode endPointError}. */
export interface PointPairs<T> {
  /** `[B, K, 2]`, (x, y) in cells. */
  readonly predicted: T;
  /** `[B, K, 2]`, where they belong. */
  readonly points: T;
  /** `[B, K]`, 1 for a keypoint and 0 for padding; all 1 by default. */
  readonly weights?: T;
}

/** Options of {@linkcode endPointError}. */
export interface EndPointErrorOptions {
  /** How far apart two points are. */
  readonly distance: PointDistance;
}

const SMALLEST_SQUARE = 1e-24;

/**
 * Mean distance of predicted points from the true ones: over the keypoints of
 * a pair by their weights, then over the pairs that have any,
 * `mean_b mean_k ‖p[b, k] - q[b, k]‖₂`.
 *
 * A point that is hit (within 1e-12) passes no gradient, nor does one of weight
 * 0, whatever it holds.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param inputs Points and weights.
 * @param options The distance.
 * @returns A scalar `[]`, at least 0, in the unit of the points or its square.
 * @throws {ShapeError} If shapes disagree or there is no keypoint.
 * @throws {OptionError} If the distance is unknown.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { endPointError, referenceBackend } from "@simsc/core";
 *
 * const backend = referenceBackend();
 * const predicted = backend.tensor([3, 4, 1, 1], [1, 2, 2]);
 * const points = backend.tensor([0, 0, 1, 2], [1, 2, 2]);
 * const error = endPointError(backend, { predicted, points }, {
 *   distance: "euclidean",
 * });
 * const [value] = await backend.read([error]);
 * deepStrictEqual([...value!], [3]); // of 5 and 1
 * ```
 */
export function endPointError<T>(
  backend: Backend<T>,
  { predicted, points, weights }: PointPairs<T>,
  { distance }: EndPointErrorOptions,
): T {
  const fn = "endPointError";
  if (distance !== "euclidean" && distance !== "squared") {
    throw new OptionError(fn, "distance", "euclidean or squared", distance);
  }
  const shape = backend.shape(predicted);
  const [b, k, two] = axes(fn, "predicted", shape, ["B", "K", "2"]);
  if (two !== 2) throw new ShapeError(fn, "predicted", "[B, K, 2]", shape);
  someKeypoint(fn, "predicted", shape);
  const wanted = backend.shape(points);
  if (wanted.join() !== shape.join()) {
    throw new ShapeError(fn, "points", `[${shape.join(", ")}]`, wanted);
  }
  const offset = maskPoints(backend, fn, {
    values: backend.sub(predicted, points),
    weights,
  });
  const squares = backend.sum(backend.mul(offset, offset), [2]);
  const each = distance === "squared" ? squares : backend.mul(
    backend.step(backend.sub(squares, SMALLEST_SQUARE)),
    backend.sqrt(backend.maximum(squares, SMALLEST_SQUARE)),
  );
  const perPoint = backend.reshape(each, [b, k]);
  const perPair = meanOverPoints(backend, perPoint, weights);
  return meanOverPairs(backend, perPair, weights);
}
