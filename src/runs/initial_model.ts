import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { AsyncResult } from "../core/result.ts";
import type { DataError } from "../data/data_error.ts";
import { right } from "./_result.ts";
import { initModel, type Model } from "./model.ts";
import { readBackbone } from "./read_backbone.ts";
import { modelConfig, type TrainConfig } from "./train_config.ts";

/**
 * The model before the first step, from its configuration alone.
 *
 * @param config What the run is told.
 * @returns The model, or why its weights cannot be read.
 *
 * @example
 * ```ts
 * import { deepStrictEqual, equal } from "node:assert/strict";
 * import { drawnDefaults, initialModel } from "@simsc/core/runs";
 *
 * const model = await initialModel({ ...drawnDefaults, seed: 1 })();
 * equal(model._tag === "Right" && model.right.config.backbone.name, "tiny");
 * // The seed alone says what is drawn.
 * deepStrictEqual(await initialModel({ ...drawnDefaults, seed: 1 })(), model);
 * ```
 */
export function initialModel(
  config: TrainConfig,
): AsyncResult<DataError, Model> {
  return async () => {
    const model = modelConfig(config);
    const weights = config.weights === null
      ? right(undefined)
      : await readBackbone(config.weights, model.backbone)();
    if (weights._tag === "Left") return weights;
    const generator = xoroshiro128plus(config.seed);
    return right(initModel(generator, model, weights.right));
  };
}
