/**
 * Models against data sets: everything the paper's tables hold.
 *
 * @module
 */

import type { Backend } from "../backends/backend.ts";
import type { BackendUnavailableError } from "../backends/errors.ts";
import type { CoordinateRule } from "../core/coordinates.ts";
import type { PckSpace, PckThreshold } from "../core/pck.ts";
import type { AsyncResult, Result } from "../core/result.ts";
import type { PairSet } from "../data/image_pair.ts";
import { backboneStride } from "../nn/backbone_geometry.ts";
import { evaluationChoices } from "./_evaluation_choices.ts";
import { firstDecoding } from "./_first_decoding.ts";
import { imageSources } from "./_image_sources.ts";
import { right } from "./_result.ts";
import type { Aborted } from "./aborted.ts";
import {
  type BackboneChoice,
  checkImageSize,
  chosenBackbone,
  defaultImageSize,
} from "./backbone_choice.ts";
import type { BootstrapOptions } from "./bootstrap_intervals.ts";
import { evaluateReadings } from "./evaluate_readings.ts";
import type { EvaluationOptions } from "./evaluation_inputs.ts";
import type { PairOutcome } from "./evaluation_outcome.ts";
import { frozenFeatures } from "./frozen_features.ts";
import type { DecodingWorker } from "./decoding_worker.ts";
import type { ImageSize } from "./load_image.ts";
import type { OpenedModel } from "./load_model.ts";
import { createPredictor } from "./predictor.ts";
import type { Reading } from "./reading.ts";
import type { RunError } from "./run_error.ts";
import { type EvaluationResult, summarize } from "./summarize.ts";

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
  /** Sizes that pictures are resized to, each in turn; by default that a model was trained at, else about 256. */
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

/** Bytes of decoded pictures kept from one model to the next. */
const CACHE_BYTES = 2 ** 28;

/**
 * Evaluates each model on each data set at each size by each reading, model by
 * model, so that one alone is in memory.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where they run, or what makes it, which is then asked while
 *   the first pictures are decoded.
 * @param plan Models and data sets.
 * @param options Sizes, readings and all else that changes numbers.
 * @returns The evaluations, by model, size, data set and reading in this order,
 *   or what went wrong first.
 * @throws {OptionError} If an option lies outside its range.
 *
 * @example
 * ```ts
 * import { ok } from "node:assert/strict";
 * import { mkdtemp, rm } from "node:fs/promises";
 * import { readPairs, writeProcedural } from "@simsc/core/data";
 * import {
 *   createBackend,
 *   drawnDefaults,
 *   evaluateModels,
 *   evaluationReport,
 *   initialModel,
 * } from "@simsc/core/runs";
 *
 * const folder = await mkdtemp("evaluate-");
 * const few = { trn: 4, val: 2, test: 2 };
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
 * const created = await createBackend("auto")();
 * if (created._tag === "Left") throw created.left;
 * const backend = created.right;
 * const evaluations = await evaluateModels(backend, {
 *   models: [{ name: "nothing learned", open: initialModel(drawnDefaults) }],
 *   sets: [{ folder: data, set: set.right }],
 * }, {
 *   alphas: [0.1],
 *   space: "evaluation",
 *   sizes: [64],
 *   readings: () => [{ betaEval: 0.02, sigmaCells: 7 }],
 * })();
 * if (evaluations._tag === "Left") throw new Error(evaluations.left.message);
 * const { text } = evaluationReport(evaluations.right, { average: "perImage" });
 * ok(text.startsWith("nothing learned at 64 on spair test"), text);
 * await backend.close();
 * await rm(folder, { recursive: true });
 * ```
 */
export function evaluateModels<T>(
  backend: Backend<T> | AsyncResult<BackendUnavailableError, Backend<T>>,
  { models, sets }: EvaluationPlan,
  options: EvaluateModelsOptions,
): AsyncResult<
  RunError | BackendUnavailableError | Aborted,
  readonly ModelEvaluation[]
> {
  const { worker } = options;
  const sourceOf = imageSources({
    cacheBytes: models.length > 1 ? CACHE_BYTES : 0,
    ...(worker && { worker }),
  });
  const decodeFirst = firstDecoding(sourceOf, sets, options);
  const start = typeof backend === "function"
    ? backend
    : () => Promise.resolve(right(backend));
  return async () => {
    const evaluations: ModelEvaluation[] = [];
    let started: Result<BackendUnavailableError, Backend<T>> | undefined;
    for (const { name, open, backbone: choice } of models) {
      const expected = choice && chosenBackbone(choice, "options");
      if (expected?._tag === "Right") {
        decodeFirst(expected.right, options.sizes);
      }
      const opened = await open();
      if (opened._tag === "Left") return opened;
      const model = opened.right;
      const config = {
        ...model.config,
        coordinates: options.coordinates ?? model.config.coordinates,
      };
      const stride = backboneStride(config.backbone);
      const usual = model.training?.size ?? defaultImageSize(config.backbone);
      const sizes = options.sizes ?? [usual];
      for (const size of sizes) {
        const checked = checkImageSize(config.backbone, size, "options");
        if (checked._tag === "Left") return checked;
      }
      decodeFirst(config.backbone, sizes);
      started ??= await start();
      if (started._tag === "Left") return started;
      const backend = started.right;
      const readings = options.readings(model);
      const [first, ...alternatives] = readings as readonly [Reading];
      const predictor = createPredictor(backend, {
        ...first,
        config,
        baked: model.parameters,
        alternatives,
      });
      for (const size of sizes) {
        const { load, ...ahead } = sourceOf(size, stride);
        const { featureCache } = options;
        const prepare = featureCache && frozenFeatures(backend, {
          backbone: config.backbone,
          parameters: model.parameters,
          upTo: "maps",
          load,
          size,
          folder: featureCache,
        });
        for (const { folder, set, threshold = set.threshold } of sets) {
          const outcomes = await evaluateReadings(backend, {
            config,
            predictor,
            pairs: set.pairs,
            load,
            // Where features lie in a folder, the pixels may not be read at all.
            ...(prepare ? { prepare } : ahead),
          }, { ...options, threshold })();
          if (outcomes._tag === "Left") return outcomes;
          outcomes.right.forEach((outcome, r) => {
            const choices = evaluationChoices({
              name,
              model: { ...model, config },
              backend: backend.name,
              folder,
              set,
              threshold,
              space: options.space,
              size,
              reading: readings[r] as Reading,
            });
            const { bootstrap } = options;
            const result = summarize(outcome, choices, {
              ...(bootstrap && { bootstrap }),
            });
            evaluations.push({ result, outcomes: outcome.pairs });
          });
        }
      }
    }
    return right(evaluations);
  };
}
