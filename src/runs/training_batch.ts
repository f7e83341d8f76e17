/**
 * One step's worth of images and keypoints.
 *
 * @module
 */

import type { Backend, TensorMap } from "../backends/backend.ts";
import { type CoordinateOptions, toCells } from "../core/coordinates.ts";
import { OptionError } from "../core/errors.ts";
import type { Point } from "../core/point.ts";
import type { Result } from "../core/result.ts";
import { checkKeypoints } from "../data/check_pair.ts";
import type { DataError } from "../data/data_error.ts";
import type { ImagePair } from "../data/image_pair.ts";
import { scaleKeypoints } from "../data/scale_keypoints.ts";
import {
  imageBatch,
  type ImageLoader,
  type LoadedImage,
} from "./load_image.ts";

/** Row-major arrays of one batch of pairs, ready for a device. */
export interface TrainingBatch {
  /** Images `[I, 3, H, W]`. */
  readonly images: Float32Array;
  /** `[H, W]` of the images. */
  readonly imageSize: readonly [H: number, W: number];
  /** Image of the queries of each pair, `[P]`. */
  readonly indexA: readonly number[];
  /** Image of the answers of each pair, `[P]`. */
  readonly indexB: readonly number[];
  /** Queries `[P, K, 2]`, (x, y) in cells of A. */
  readonly queries: Float32Array;
  /** Answers `[P, K, 2]`, (x, y) in cells of B. */
  readonly points: Float32Array;
  /** `[P, K]`, 1 for a keypoint and 0 for padding. */
  readonly weights: Float32Array;
}

/** Options of {@linkcode trainingBatch}. */
export interface TrainingBatchOptions {
  /** Reads the pictures. */
  readonly load: ImageLoader;
  /** How pixels and cells correspond. */
  readonly rule: CoordinateOptions["rule"];
  /** Pixels between two cells. */
  readonly stride: number;
  /** Keypoints a pair has room for: the shapes of all steps are equal. */
  readonly capacity: number;
}

/**
 * Reads the pictures of some pairs and lays everything out in arrays: two
 * images a pair, in order, and padded keypoints.
 *
 * @param pairs The pairs.
 * @param options Loader, coordinates and capacity.
 * @returns The arrays, or the first file that is wrong.
 * @throws {OptionError} If a pair has more keypoints than there is room for.
 */
export async function trainingBatch(
  pairs: readonly ImagePair[],
  options: TrainingBatchOptions,
): Promise<Result<DataError, TrainingBatch>> {
  const { load, capacity } = options;
  const loaded: LoadedImage[] = [];
  const queries = new Float32Array(pairs.length * capacity * 2);
  const points = new Float32Array(pairs.length * capacity * 2);
  const weights = new Float32Array(pairs.length * capacity);
  for (const [p, pair] of pairs.entries()) {
    const a = await load(pair.source.path)();
    if (a._tag === "Left") return a;
    const b = await load(pair.target.path)();
    if (b._tag === "Left") return b;
    const checked = checkKeypoints(pair, {
      source: storedSize(a.right),
      target: storedSize(b.right),
    });
    if (checked._tag === "Left") return checked;
    const count = pair.source.keypoints.length;
    if (count > capacity) {
      throw new OptionError(
        "trainingBatch",
        "capacity",
        `>= ${count}`,
        capacity,
      );
    }
    loaded.push(a.right, b.right);
    queries.set(
      cells(pair.source.keypoints, a.right, options),
      p * capacity * 2,
    );
    points.set(
      cells(pair.target.keypoints, b.right, options),
      p * capacity * 2,
    );
    weights.fill(1, p * capacity, p * capacity + count);
  }
  return {
    _tag: "Right",
    right: {
      images: imageBatch(loaded),
      imageSize: loaded[0]?.padded ?? [0, 0],
      indexA: pairs.map((_, p) => 2 * p),
      indexB: pairs.map((_, p) => 2 * p + 1),
      queries,
      points,
      weights,
    },
  };
}

/** Hands the arrays of a batch to a device, under the names a step reads. */
export function batchTensors<T>(
  backend: Backend<T>,
  batch: TrainingBatch,
): TensorMap<T> {
  const { images, imageSize, indexA, indexB, queries, points, weights } = batch;
  const count = indexA.length;
  const capacity = weights.length / count;
  const [h, w] = imageSize;
  return {
    images: backend.tensor(images, [images.length / (3 * h * w), 3, h, w]),
    indexA: backend.tensor(indexA, [count]),
    indexB: backend.tensor(indexB, [count]),
    queries: backend.tensor(queries, [count, capacity, 2]),
    points: backend.tensor(points, [count, capacity, 2]),
    weights: backend.tensor(weights, [count, capacity]),
  };
}

function cells(
  keypoints: readonly Point[],
  { stored, image, padded }: LoadedImage,
  { rule, stride }: TrainingBatchOptions,
): readonly number[] {
  return toCells(scaleKeypoints(keypoints, { from: stored, to: image }), {
    rule,
    imageSize: padded,
    grid: [padded[0] / stride, padded[1] / stride],
  }).flat();
}

function storedSize({ stored }: LoadedImage): readonly [number, number] {
  return [stored.height, stored.width];
}
