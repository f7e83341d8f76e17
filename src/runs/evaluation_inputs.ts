/**
 * What an evaluation runs on and is told.
 *
 * @module
 */

import type { TensorMap } from "../backends/backend.ts";
import type { PckSpace, PckThreshold } from "../core/pck.ts";
import type { ImagePair } from "../data/image_pair.ts";
import type { ProgressEvent } from "./format_progress.ts";
import type { ImageSource } from "./image_source.ts";
import type { ImageLoader } from "./load_image.ts";
import type { ModelConfig } from "./model.ts";
import type { Predictor } from "./predictor.ts";
import type { ImagePreparer } from "./prepared_image.ts";

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
  /** Has pictures that will be read decoded ahead; none by default. */
  readonly prefetch?: ImageSource["prefetch"];
  /** `[H, W]` of every picture after padding, if known: the model is built while the first ones are decoded. */
  readonly padded?: readonly [H: number, W: number];
  /** What the model reads of them; their pixels by default. */
  readonly prepare?: ImagePreparer;
}

/** Options of {@linkcode evaluate}; those that change numbers have no default. */
export interface EvaluationOptions {
  /** Which length scales the threshold. */
  readonly threshold: PckThreshold;
  /** Pixels that errors and θ are measured in: of the resized or of the stored picture. */
  readonly space: PckSpace;
  /** Fractions of θ. */
  readonly alphas: readonly number[];
  /**
   * Pictures of one size per forward pass, 8 by default; fewer where they have
   * more than 2 million pixels together.
   */
  readonly batch?: number;
  /**
   * Pictures whose features are kept at once, at least 2 and 512 by default.
   * Where a set has more, some may pass the backbone more than once.
   */
  readonly keepImages?: number;
  /** Stops between two program calls. */
  readonly signal?: AbortSignal;
  /** Hears of every pair. */
  readonly onProgress?: (event: ProgressEvent) => void;
}
