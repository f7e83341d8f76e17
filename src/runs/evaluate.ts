/**
 * PCK of a model on annotated pairs.
 *
 * @module
 */

import type { Backend, TensorMap } from "../backends/backend.ts";
import type { FlowPckResult } from "../core/flow_pck.ts";
import type { PckResult, PckSpace, PckThreshold } from "../core/pck.ts";
import type { Point } from "../core/point.ts";
import type { AsyncResult } from "../core/result.ts";
import type { DataError } from "../data/data_error.ts";
import type { ImagePair } from "../data/image_pair.ts";
import { right } from "./_result.ts";
import type { Aborted } from "./aborted.ts";
import { evaluateReadings } from "./evaluate_readings.ts";
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

/** One pair, evaluated. */
export interface PairOutcome {
  /** The pair. */
  readonly pair: ImagePair;
  /** Predicted (x, y) in pixels of the stored target picture. */
  readonly predicted: readonly Point[];
  /** Which were right, and how many. */
  readonly pck: PckResult;
  /** How good the flow of its matches is, where the pair has a true one. */
  readonly flow?: FlowPckResult;
  /** Effective temperature βᴬ βᴮ. */
  readonly beta: number;
}

/** Every pair, evaluated. */
export interface EvaluationOutcome {
  /** In the order of the pairs. */
  readonly pairs: readonly PairOutcome[];
  /** Decoders that read the pictures. */
  readonly decoders: readonly string[];
  /** Distinct pictures. */
  readonly images: number;
}

/**
 * Matches the keypoints of every pair and counts the right ones, by the first
 * reading of the predictor; {@linkcode evaluateReadings} does so by all.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param inputs Model, pairs and pictures.
 * @param options Threshold, space and α.
 * @returns The outcome of every pair, or the first file that is wrong.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { mkdtemp, rm } from "node:fs/promises";
 * import { readPairs, writeProcedural } from "@simsc/core/data";
 * import {
 *   createBackend,
 *   createPredictor,
 *   drawnDefaults,
 *   evaluate,
 *   imageLoader,
 *   initialModel,
 * } from "@simsc/core/runs";
 *
 * const folder = await mkdtemp("evaluate-");
 * const few = { trn: 0, val: 0, test: 2 };
 * await writeProcedural(`${folder}/drawn`, {
 *   seed: 0,
 *   categories: ["car"],
 *   imagesPerCategory: few,
 *   pairsPerCategory: few,
 *   drawing: { size: 64 },
 * })();
 * const data = `${folder}/drawn`;
 * const set = await readPairs(data, { format: "spair", split: "test" })();
 * if (set._tag === "Left") throw new Error(set.left.message);
 * const { pairs, threshold } = set.right;
 * const model = await initialModel(drawnDefaults)();
 * if (model._tag === "Left") throw new Error(model.left.message);
 * const { config, parameters } = model.right;
 * const created = await createBackend("auto")();
 * if (created._tag === "Left") throw created.left;
 * const backend = created.right;
 * const predictor = createPredictor(backend, {
 *   config,
 *   baked: parameters,
 *   betaEval: "auto",
 *   sigmaCells: 7,
 * });
 * const load = imageLoader({ size: 64, stride: 16 });
 * const outcome = await evaluate(backend, { config, predictor, pairs, load }, {
 *   threshold,
 *   space: "evaluation",
 *   alphas: [0.1, 10],
 * })();
 * if (outcome._tag === "Left") throw new Error(outcome.left.message);
 * equal(outcome.right.pairs.length, 2);
 * equal(outcome.right.pairs[0]?.pck.value["10"], 1); // no match is so far off
 * await backend.close();
 * await rm(folder, { recursive: true });
 * ```
 */
export function evaluate<T>(
  backend: Backend<T>,
  inputs: EvaluationInputs<T>,
  options: EvaluationOptions,
): AsyncResult<DataError | Aborted, EvaluationOutcome> {
  return async () => {
    const outcomes = await evaluateReadings(backend, inputs, options)();
    if (outcomes._tag === "Left") return outcomes;
    const [first] = outcomes.right;
    return right(first as EvaluationOutcome);
  };
}
