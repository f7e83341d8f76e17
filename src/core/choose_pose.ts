import type { Backend } from "../backends/backend.ts";
import { axes } from "./_shape.ts";
import { correlate, type FeaturePair } from "./correlate.ts";
import { ShapeError } from "./errors.ts";
import { mutualNearestNeighbors } from "./mutual_nearest_neighbors.ts";

/** Inputs of {@linkcode choosePose}. */
export interface PoseFeatures<T> extends FeaturePair<T> {
  /** `[B, C, ha, wa]`: features of image A mirrored left to right. */
  readonly mirroredA: T;
  /** `[B, ha, wa]`: 1 on the object of A, else 0; with it no mutual check is done. */
  readonly maskA?: T;
}

/** Result of {@linkcode choosePose}. */
export interface PoseChoice<T> {
  /** `[B]`: 1 where the mirrored image A lies nearer to B, else 0. */
  readonly mirrored: T;
  /** `[B]`: mean distance of A from B, in [0, 2]. */
  readonly distance: T;
  /** `[B]`: mean distance of mirrored A from B, in [0, 2]. */
  readonly mirroredDistance: T;
}

/**
 * Adaptive pose alignment (GeoAware): whether image A or its mirror image
 * faces as B does, by the smaller mean distance of nearest neighbours,
 * `mean_n min_m ‖f̂ᴬ[n] - f̂ᴮ[m]‖₂`, over the cells of `maskA` or, without a
 * mask, over the mutual nearest neighbours.
 *
 * Nothing of B is read but its features: no label, mask or visibility, so it
 * works on an image that nobody annotated. On a tie A stays as it is; an empty
 * mask counts as the largest distance, 2.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param inputs Feature maps of A, of A mirrored and of B, and the mask of A.
 * @returns The choice and both distances; the choice takes no gradient.
 * @throws {ShapeError} If shapes disagree.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { choosePose, referenceBackend } from "@simsc/core";
 *
 * const backend = referenceBackend();
 * const map = (data: number[]) => backend.tensor(data, [1, 2, 1, 2]);
 * const { mirrored } = choosePose(backend, {
 *   featuresA: map([1, 0.6, 0, 0.8]),
 *   mirroredA: map([0, 1, 1, 0]),
 *   featuresB: map([0, 1, 1, 0]),
 * });
 * const [flag] = await backend.read([mirrored]);
 * deepStrictEqual([...flag!], [1]);
 * ```
 */
export function choosePose<T>(
  backend: Backend<T>,
  { featuresA, mirroredA, featuresB, maskA }: PoseFeatures<T>,
): PoseChoice<T> {
  const fn = "choosePose";
  const shape = backend.shape(featuresA);
  const [b, , h, w] = axes(fn, "featuresA", shape, ["B", "C", "h", "w"]);
  if (backend.shape(mirroredA).join() !== shape.join()) {
    const wanted = `[${shape.join(", ")}], as featuresA`;
    throw new ShapeError(fn, "mirroredA", wanted, backend.shape(mirroredA));
  }
  if (maskA !== undefined && backend.shape(maskA).join() !== `${[b, h, w]}`) {
    const wanted = `[${b}, ${h}, ${w}]`;
    throw new ShapeError(fn, "maskA", wanted, backend.shape(maskA));
  }
  const mask = maskA && backend.reshape(maskA, [b, h * w]);
  // The mask of the mirrored image: each row read from its other end.
  const turned = maskA && backend.reshape(mirrorRows(backend, maskA), [
    b,
    h * w,
  ]);
  const distance = poseDistance(backend, { featuresA, featuresB }, mask);
  const mirroredDistance = poseDistance(
    backend,
    { featuresA: mirroredA, featuresB },
    turned,
  );
  return {
    mirrored: backend.step(backend.sub(distance, mirroredDistance)),
    distance,
    mirroredDistance,
  };
}

const LARGEST = 2;

/** Mean distance of nearest neighbours over `counted [B, N]`, or over mutual ones. */
function poseDistance<T>(
  backend: Backend<T>,
  features: FeaturePair<T>,
  counted: T | undefined,
): T {
  const scores = correlate(backend, features);
  const [b, n] = backend.shape(scores) as [number, number];
  const best = backend.reshape(backend.max(scores, [2]), [b, n]);
  // Unit vectors: ‖a - b‖² = 2 - 2 <a, b>.
  const squares = backend.relu(backend.sub(2, backend.mul(best, 2)));
  const distances = backend.sqrt(squares);
  const weights = counted ?? mutualNearestNeighbors(backend, scores).mutual;
  const count = backend.sum(weights, [1]);
  const total = backend.sum(backend.mul(distances, weights), [1]);
  const mean = backend.where(
    backend.step(count),
    backend.div(total, backend.maximum(count, 1e-30)),
    LARGEST,
  );
  return backend.reshape(mean, [b]);
}

function mirrorRows<T>(backend: Backend<T>, mask: T): T {
  const [, , w] = backend.shape(mask) as [number, number, number];
  const backwards = Float64Array.from({ length: w }, (_, x) => w - 1 - x);
  const columns = backend.transpose(mask, [2, 0, 1]);
  const turned = backend.gather(columns, backend.constant(backwards, [w]));
  return backend.transpose(turned, [1, 2, 0]);
}
