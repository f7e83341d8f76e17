/**
 * Models against data sets: everything the paper's tables hold.
 *
 * @module
 */

import type { Backend } from "../backends/backend.ts";
import type { BackendUnavailableError } from "../backends/errors.ts";
import type { AsyncResult, Result } from "../core/result.ts";
import type { DataError } from "../data/data_error.ts";
import { evaluateModel } from "./_evaluate_model.ts";
import { firstDecoding } from "./_first_decoding.ts";
import { imageSources } from "./_image_sources.ts";
import { right } from "./_result.ts";
import type { Aborted } from "./aborted.ts";
import {
  checkImageSize,
  chosenBackbone,
  defaultImageSize,
} from "./backbone_choice.ts";
import type {
  EvaluateModelsOptions,
  EvaluationPlan,
  ModelEvaluation,
} from "./evaluation_plan.ts";
import type { ImageSize } from "./load_image.ts";
import type { OpenedModel } from "./load_model.ts";
import type { RunError } from "./run_error.ts";

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
      const sizes = sizesOf(opened.right, options);
      if (sizes._tag === "Left") return sizes;
      decodeFirst(opened.right.config.backbone, sizes.right);
      started ??= await start();
      if (started._tag === "Left") return started;
      const evaluated = await evaluateModel(started.right, {
        name,
        model: withCoordinates(opened.right, options),
        sizes: sizes.right,
        readings: options.readings(opened.right),
      }, { sets, sourceOf, options });
      if (evaluated._tag === "Left") return evaluated;
      evaluations.push(...evaluated.right);
    }
    return right(evaluations);
  };
}

/** Sizes that a model is evaluated at; the first that its backbone does not read is an error. */
function sizesOf(
  { config, training }: OpenedModel,
  options: Pick<EvaluateModelsOptions, "sizes">,
): Result<DataError, readonly ImageSize[]> {
  const usual = training?.size ?? defaultImageSize(config.backbone);
  const sizes = options.sizes ?? [usual];
  for (const size of sizes) {
    const checked = checkImageSize(config.backbone, size, "options");
    if (checked._tag === "Left") return checked;
  }
  return right(sizes);
}

function withCoordinates(
  model: OpenedModel,
  { coordinates = model.config.coordinates }: Pick<
    EvaluateModelsOptions,
    "coordinates"
  >,
): OpenedModel {
  return { ...model, config: { ...model.config, coordinates } };
}
