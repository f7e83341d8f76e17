/**
 * Which models are evaluated on what and how, and what comes of it.
 *
 * @module
 */

import type { CoordinateRule } from "../core/coordinates.ts";
import type { PckSpace, PckThreshold } from "../core/pck.ts";
import type { AsyncResult } from "../core/result.ts";
import type { PairSet } from "../data/image_pair.ts";
import type { BackboneChoice } from "./backbone_choice.ts";
import type { BootstrapOptions } from "./bootstrap_intervals.ts";
import type { DecodingWorker } from "./decoding_worker.ts";
import type { EvaluationOptions } from "./evaluation_inputs.ts";
import type { PairOutcome } from "./evaluation_outcome.ts";
import type { ImageSize } from "./load_image.ts";
import type { OpenedModel } from "./load_model.ts";
import type { Reading } from "./reading.ts";
import type { RunError } from "./run_error.ts";
import type { EvaluationResult } from "./summarize.ts";

/** A model and what it is called. */
export interface NamedModel {
  /** Its name in tables. */
  readonly name: string;
  /** Opens it when its turn comes. */
  readonly open: AsyncResult<RunError, OpenedModel>;
  /** Its backbone, where it is known before: pictures are then decoded while the model is read. */
  readonly backbone?: BackboneChoice;
}

/** A data set and where it lies. */
export interface EvaluationSet {
  /** Its folder. */
  readonly folder: string;
  /** Its pairs. */
  readonly set: PairSet;
  /** Which length scales the threshold; the set's own by default. */
  readonly threshold?: PckThreshold;
}

/** What {@linkcode evaluateModels} runs. */
export interface EvaluationPlan {
  /** Rows of the table. */
  readonly models: readonly NamedModel[];
  /** Its columns. */
  readonly sets: readonly EvaluationSet[];
}

/** Options of {@linkcode evaluateModels}. */
export interface EvaluateModelsOptions extends
  Pick<
    EvaluationOptions,
    "alphas" | "batch" | "keepImages" | "signal" | "onProgress"
  > {
  /** Pixels that errors and θ are measured in. */
  readonly space: PckSpace;
  /** Sizes that pictures are resized to, each in turn; by default the size that a model was trained at, else about 256. */
  readonly sizes?: readonly ImageSize[];
  /** Ways to read matches, compared on the same score maps; at least one. */
  readonly readings: (model: OpenedModel) => readonly Reading[];
  /** How pixels and cells correspond; the model's own rule by default. */
  readonly coordinates?: CoordinateRule;
  /** Folder that feature maps are kept in for the next time; none by default. */
  readonly featureCache?: string;
  /** Decodes pictures ahead; none by default, and nothing but time depends on it. */
  readonly worker?: DecodingWorker;
  /** How intervals are drawn; none by default. */
  readonly bootstrap?: BootstrapOptions;
}

/** One model on one data set, at one size, by one reading. */
export interface ModelEvaluation {
  /** What is printed and written. */
  readonly result: EvaluationResult;
  /** Every pair, for comparisons. */
  readonly outcomes: readonly PairOutcome[];
}
