/**
 * PCK of a model on annotated pairs.
 *
 * @module
 */

import type { Backend } from "../backends/backend.ts";
import type { DeviceFailedError } from "../backends/errors.ts";
import type { AsyncResult } from "../core/result.ts";
import type { DataError } from "../data/data_error.ts";
import { right } from "./_result.ts";
import type { Aborted } from "./aborted.ts";
import { evaluateReadings } from "./evaluate_readings.ts";
import type {
  EvaluationInputs,
  EvaluationOptions,
} from "./evaluation_inputs.ts";
import type { EvaluationOutcome } from "./evaluation_outcome.ts";

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
): AsyncResult<DataError | DeviceFailedError | Aborted, EvaluationOutcome> {
  return async () => {
    const outcomes = await evaluateReadings(backend, inputs, options)();
    if (outcomes._tag === "Left") return outcomes;
    const [first] = outcomes.right;
    return right(first as EvaluationOutcome);
  };
}
