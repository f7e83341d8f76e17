import type { Backend } from "../backends/backend.ts";
import { axes, someKeypoint } from "./_shape.ts";
import { endPointError, type EndPointErrorOptions } from "./end_point_error.ts";
import { ShapeError } from "./errors.ts";
import { locate, type LocateOptions } from "./locate.ts";

/** Inputs of {@linkcode softArgmaxLoss}. */
export interface SoftArgmaxLossInputs<T> {
  /** Scores `[B, K, h, w]`. */
  readonly maps: T;
  /** True matches `[B, K, 2]`, (x, y) in cells of the map. */
  readonly points: T;
  /** `[B, K]`, 1 for a keypoint and 0 for padding; all 1 by default. */
  readonly weights?: T;
}

/** Options of {@linkcode softArgmaxLoss}. */
export interface SoftArgmaxLossOptions<T>
  extends Omit<LocateOptions<T>, "localizer">, EndPointErrorOptions {
  /** The soft-argmax that is supervised; the plain one by default. */
  readonly localizer?: LocateOptions<T>["localizer"];
}

/**
 * Distance of each map's soft-argmax from the true match:
 * `mean ‖softArgmax(M / β) - p‖₂`, or its square.
 *
 * It supervises the answer where {@linkcode crossEntropy} supervises the whole
 * distribution; the mean over pairs and keypoints is the same, and padding is
 * left out alike. A kernel or a window moves with the peak, which takes no
 * gradient.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param inputs Maps, true points and weights.
 * @param options Temperature, soft-argmax and distance.
 * @returns A scalar `[]`, at least 0, in cells or cells squared.
 * @throws {ShapeError} If shapes disagree or there is no keypoint.
 * @throws {OptionError} If an option lies outside its range.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { referenceBackend, softArgmaxLoss } from "@simsc/core";
 *
 * const backend = referenceBackend();
 * const maps = backend.tensor([0, 0, 0], [1, 1, 1, 3]); // mean: cell 1
 * const points = backend.tensor([1.5, 0], [1, 1, 2]);
 * const loss = softArgmaxLoss(backend, { maps, points }, { distance: "squared" });
 * const [value] = await backend.read([loss]);
 * deepStrictEqual([...value!], [0.25]);
 * ```
 */
export function softArgmaxLoss<T>(
  backend: Backend<T>,
  { maps, ...truth }: SoftArgmaxLossInputs<T>,
  { localizer = { kind: "softArgmax" }, distance, ...softmax }:
    SoftArgmaxLossOptions<T>,
): T {
  const fn = "softArgmaxLoss";
  const mapShape = backend.shape(maps);
  const [b, k] = axes(fn, "maps", mapShape, ["B", "K", "h", "w"]);
  someKeypoint(fn, "maps", mapShape);
  const shape = backend.shape(truth.points);
  if (shape.join() !== [b, k, 2].join()) {
    throw new ShapeError(fn, "points", `[${b}, ${k}, 2]`, shape);
  }
  const predicted = locate(backend, maps, { ...softmax, localizer });
  return endPointError(backend, { ...truth, predicted }, { distance });
}
