/**
 * One step's worth of images and keypoints.
 *
 * @module
 */

import type { Backend, TensorMap } from "../backends/backend.ts";
import type { CoordinateOptions } from "../core/coordinates.ts";
import { OptionError } from "../core/errors.ts";
import type { Result } from "../core/result.ts";
import { checkKeypoints } from "../data/check_pair.ts";
import type { DataError } from "../data/data_error.ts";
import type { AnnotatedImage, ImagePair } from "../data/image_pair.ts";
import type { NamedTensors } from "../data/safetensors.ts";
import { type CellRule, heightWidth, storedToCells } from "./_pixel_cells.ts";
import { right } from "./_result.ts";
import { mapValues } from "./_tensor_map.ts";
import {
  type ImagePreparer,
  type PreparedImage,
  stackInputs,
} from "./prepared_image.ts";

/** Row-major arrays of one batch of pairs, ready for a device. */
export interface TrainingBatch {
  /** What the step reads of the images, `[I, ...]`: see {@linkcode PreparedImage}. */
  readonly inputs: NamedTensors;
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
  readonly prepare: ImagePreparer;
  /** How pixels and cells correspond. */
  readonly rule: CoordinateOptions["rule"];
  /** Pixels between two cells. */
  readonly stride: number;
  /** Keypoints a pair has room for: the shapes of all steps are equal. */
  readonly capacity: number;
}

/** Which images a step reads, and which of them it matches. */
export interface BatchPlan {
  /** Images, each passed through the backbone once. */
  readonly images: readonly AnnotatedImage[];
  /** Pairs of them, with the places of both in `images`. */
  readonly pairs: readonly {
    readonly pair: ImagePair;
    readonly a: number;
    readonly b: number;
  }[];
  /** Pairs there is room for; those that are missing weigh nothing. */
  readonly pairCapacity: number;
}

/**
 * The plain batch: two images a pair. One with fewer pairs than `capacity` is
 * padded with its first image, so that every batch has one shape.
 *
 * @param pairs The pairs, at least one.
 * @param capacity Pairs there is room for; as many as there are by default.
 * @returns Images and pairs.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { pairBatch } from "@simsc/core/runs";
 *
 * const image = (path: string) => ({ path, keypoints: [[1, 2] as const] });
 * const pair = {
 *   id: "a-b",
 *   category: "car",
 *   source: image("a.png"),
 *   target: image("b.png"),
 *   keypointIds: ["wheel"],
 * };
 * const { images, pairCapacity } = pairBatch([pair], 2);
 * deepStrictEqual([images.length, pairCapacity], [4, 2]); // one place is empty
 * ```
 */
export function pairBatch(
  pairs: readonly ImagePair[],
  capacity: number = pairs.length,
): BatchPlan {
  const images = pairs.flatMap(({ source, target }) => [source, target]);
  const missing = 2 * capacity - images.length;
  return {
    images: [
      ...images,
      ...images.slice(0, 1).flatMap((first) => Array(missing).fill(first)),
    ],
    pairs: pairs.map((pair, p) => ({ pair, a: 2 * p, b: 2 * p + 1 })),
    pairCapacity: capacity,
  };
}

/**
 * Reads the pictures of a batch and lays everything out in arrays, keypoints
 * and pairs padded to their capacity.
 *
 * @param plan Images and pairs.
 * @param options Loader, coordinates and capacity.
 * @returns The arrays, or the first file that is wrong.
 * @throws {OptionError} If a pair has more keypoints than there is room for.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import * as TE from "fp-ts/TaskEither";
 * import { pairBatch, preparePixels, trainingBatch } from "@simsc/core/runs";
 *
 * const image = {
 *   width: 32,
 *   height: 32,
 *   data: new Uint8Array(32 * 32 * 3),
 *   decoder: "none",
 * };
 * const pair = {
 *   id: "a-b",
 *   category: "car",
 *   source: { path: "a.png", keypoints: [[8, 24]] },
 *   target: { path: "b.png", keypoints: [[16, 24]] },
 * } as const;
 * const batch = await trainingBatch(pairBatch([pair]), {
 *   prepare: preparePixels(({ path }) =>
 *     TE.right({ path, stored: image, image, padded: [32, 32] })
 *   ),
 *   rule: "simple",
 *   stride: 16,
 *   capacity: 2,
 * });
 * if (batch._tag === "Left") throw new Error(batch.left.message);
 * deepStrictEqual(batch.right.inputs["images"]?.shape, [2, 3, 32, 32]);
 * deepStrictEqual([...batch.right.queries], [0.5, 1.5, 0, 0]); // pixels / 16
 * deepStrictEqual([...batch.right.weights], [1, 0]); // one place is empty
 * ```
 */
export async function trainingBatch(
  { images, pairs, pairCapacity }: BatchPlan,
  options: TrainingBatchOptions,
): Promise<Result<DataError, TrainingBatch>> {
  const { prepare, capacity } = options;
  const loaded: PreparedImage[] = [];
  for (const picture of images) {
    const image = await prepare(picture)();
    if (image._tag === "Left") return image;
    loaded.push(image.right);
  }
  const queries = new Float32Array(pairCapacity * capacity * 2);
  const points = new Float32Array(pairCapacity * capacity * 2);
  const weights = new Float32Array(pairCapacity * capacity);
  for (const [p, { pair, a, b }] of pairs.entries()) {
    const source = loaded[a] as PreparedImage;
    const target = loaded[b] as PreparedImage;
    const checked = checkKeypoints(pair, {
      source: heightWidth(source.stored),
      target: heightWidth(target.stored),
    });
    if (checked._tag === "Left") return checked;
    const count = pair.source.keypoints.length;
    if (count > capacity) {
      const wanted = `>= ${count}`;
      throw new OptionError("trainingBatch", "capacity", wanted, capacity);
    }
    const start = p * capacity;
    queries.set(cellsOf(pair.source, source, options), 2 * start);
    points.set(cellsOf(pair.target, target, options), 2 * start);
    weights.fill(1, start, start + count);
  }
  const places = Array.from({ length: pairCapacity }, (_, p) => pairs[p]);
  return right({
    inputs: stackInputs(loaded),
    indexA: places.map((place) => place?.a ?? 0),
    indexB: places.map((place) => place?.b ?? 0),
    queries,
    points,
    weights,
  });
}

/**
 * Hands the arrays of a batch to a device, under the names a step reads.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { referenceBackend } from "@simsc/core";
 * import { batchTensors } from "@simsc/core/runs";
 *
 * const backend = referenceBackend();
 * const { images, queries } = batchTensors(backend, {
 *   inputs: {
 *     images: { shape: [2, 3, 1, 1], data: new Float32Array(6) },
 *   },
 *   indexA: [0],
 *   indexB: [1],
 *   queries: new Float32Array(4),
 *   points: new Float32Array(4),
 *   weights: Float32Array.of(1, 0),
 * });
 * deepStrictEqual(backend.shape(images!), [2, 3, 1, 1]);
 * deepStrictEqual(backend.shape(queries!), [1, 2, 2]); // one pair, two places
 * ```
 */
export function batchTensors<T>(
  backend: Backend<T>,
  batch: TrainingBatch,
): TensorMap<T> {
  const { inputs, indexA, indexB, queries, points, weights } = batch;
  const count = indexA.length;
  const capacity = weights.length / count;
  return {
    ...mapValues(inputs, ({ data, shape }) => backend.tensor(data, shape)),
    indexA: backend.tensor(indexA, [count]),
    indexB: backend.tensor(indexB, [count]),
    queries: backend.tensor(queries, [count, capacity, 2]),
    points: backend.tensor(points, [count, capacity, 2]),
    weights: backend.tensor(weights, [count, capacity]),
  };
}

function cellsOf(
  { keypoints }: AnnotatedImage,
  sizes: PreparedImage,
  rule: CellRule,
): readonly number[] {
  return storedToCells(keypoints, sizes, rule).flat();
}
