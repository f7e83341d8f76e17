/**
 * PCK of a model on annotated pairs.
 *
 * @module
 */

import type { Backend, TensorMap } from "../backends/backend.ts";
import type { PckResult, PckSpace, PckThreshold } from "../core/pck.ts";
import type { Point } from "../core/point.ts";
import type { AsyncResult } from "../core/result.ts";
import { checkKeypoints } from "../data/check_pair.ts";
import type { DataError } from "../data/data_error.ts";
import type { ImagePair } from "../data/image_pair.ts";
import { pictureKey } from "../data/picture_edit.ts";
import { checkReference, evaluatePair } from "./_evaluate_pair.ts";
import { type Extracted, extractImages } from "./_extract_images.ts";
import { heightWidth } from "./_pixel_cells.ts";
import { type Aborted, aborted } from "./aborted.ts";
import type { ProgressEvent } from "./format_progress.ts";
import type { ImageLoader } from "./load_image.ts";
import type { ModelConfig } from "./model.ts";
import type { Predictor } from "./predictor.ts";

/** What {@linkcode evaluate} runs on. */
export interface EvaluationInputs<T> {
  /** What the model is. */
  readonly config: ModelConfig;
  /** The model at work. */
  readonly predictor: Predictor<T>;
  /** Its parameters, where the predictor has none baked in. */
  readonly parameters?: TensorMap<T>;
  /** Annotated pairs. */
  readonly pairs: readonly ImagePair[];
  /** Reads their pictures. */
  readonly load: ImageLoader;
}

/** Options of {@linkcode evaluate}; those that change numbers have no default. */
export interface EvaluationOptions {
  /** Which length scales the threshold. */
  readonly threshold: PckThreshold;
  /** Pixels that errors and θ are measured in: of the resized or of the stored picture. */
  readonly space: PckSpace;
  /** Fractions of θ. */
  readonly alphas: readonly number[];
  /** Pictures of one size per forward pass; 1 by default. */
  readonly batch?: number;
  /** Stops between two passes. */
  readonly signal?: AbortSignal;
  /** Hears of every pair. */
  readonly onProgress?: (event: ProgressEvent) => void;
}

/** One pair, evaluated. */
export interface PairOutcome {
  /** The pair. */
  readonly pair: ImagePair;
  /** Predicted (x, y) in pixels of the stored target picture. */
  readonly predicted: readonly Point[];
  /** Which were right, and how many. */
  readonly pck: PckResult;
  /** Effective temperature βᴬ βᴮ. */
  readonly beta: number;
}

/** Every pair, evaluated. */
export interface EvaluationOutcome {
  /** In the order of the pairs. */
  readonly pairs: readonly PairOutcome[];
  /** Decoders that read the pictures. */
  readonly decoders: readonly string[];
  /** Distinct pictures, each passed through the backbone once. */
  readonly images: number;
}

/**
 * Matches the keypoints of every pair and counts the right ones.
 *
 * Each distinct picture goes through the backbone once; its features stay in
 * memory until the end.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param inputs Model, pairs and pictures.
 * @param options Threshold, space and α.
 * @returns The outcome of every pair, or the first file that is wrong.
 */
export function evaluate<T>(
  backend: Backend<T>,
  inputs: EvaluationInputs<T>,
  options: EvaluationOptions,
): AsyncResult<DataError | Aborted, EvaluationOutcome> {
  return async () => {
    const images = new Map<string, Extracted<T>>();
    try {
      const extracted = await extractImages(backend, inputs, options, images);
      if (extracted._tag === "Left") return extracted;
      const pairs: PairOutcome[] = [];
      const capacity = inputs.pairs.reduce(
        (most, { source }) => Math.max(most, source.keypoints.length),
        0,
      );
      for (const pair of inputs.pairs) {
        if (options.signal?.aborted) return aborted("evaluation");
        const source = images.get(pictureKey(pair.source)) as Extracted<T>;
        const target = images.get(pictureKey(pair.target)) as Extracted<T>;
        const checked = checkKeypoints(pair, {
          source: heightWidth(source.stored),
          target: heightWidth(target.stored),
        });
        if (checked._tag === "Left") return checked;
        const reference = checkReference(pair, options.threshold);
        if (reference._tag === "Left") return reference;
        pairs.push(
          await evaluatePair(backend, { ...inputs, pair, source, target }, {
            ...options,
            capacity,
          }),
        );
        options.onProgress?.({
          kind: "count",
          label: "matching pairs",
          done: pairs.length,
          total: inputs.pairs.length,
        });
      }
      const decoders = [...new Set([...images.values()].map((i) => i.decoder))];
      return {
        _tag: "Right",
        right: { pairs, decoders, images: images.size },
      };
    } finally {
      backend.dispose(
        [...images.values()].flatMap(({ features, beta }) => [features, beta]),
      );
    }
  };
}
