/**
 * A model at work: feature maps out of images, matches out of feature maps.
 *
 * @module
 */

import type {
  Backend,
  CompiledProgram,
  Shape,
  TensorMap,
} from "../backends/backend.ts";
import { OptionError } from "../core/errors.ts";
import { partialTemperature } from "../core/temperature.ts";
import type { NamedTensors } from "../data/safetensors.ts";
import { featureMaps } from "./_backbone_inputs.ts";
import { hasTemperature } from "./_has_temperature.ts";
import { type MatchPrograms, matchPrograms } from "./_match_programs.ts";
import { matchQueries } from "./_match_queries.ts";
import { prefixed, select } from "./_tensor_map.ts";
import {
  bakedParameters,
  type ModelConfig,
  modelTemperature,
} from "./model.ts";
import { mapLocalizer, type Reading } from "./reading.ts";

/** What a match needs to know of one image. */
export interface ImageFeatures<T> {
  /** `[1, C, h, w]`, not normalised. */
  readonly features: T;
  /** Its share of the temperature, `[1]`. */
  readonly beta: T;
}

/** Options of {@linkcode createPredictor}: a model, and how its matches are read. */
export interface PredictorOptions extends Reading {
  /** What the model is. */
  readonly config: ModelConfig;
  /** Weights to bake into the compiled programs: fastest, and never changed. */
  readonly baked?: NamedTensors;
  /** Further ways to read the same score maps; none by default. */
  readonly alternatives?: readonly Reading[];
}

/** Two images and the queries of one of them. */
export interface MatchInputs<T> {
  /** The image of the queries. */
  readonly source: ImageFeatures<T>;
  /** The image that is searched. */
  readonly target: ImageFeatures<T>;
  /** `[1, K, 2]`, (x, y) in cells of the source. */
  readonly queries: T;
}

/** Compiled programs of one model. */
export interface Predictor<T> extends MatchPrograms<T> {
  /** How `read` reads matches, in order; `locate` takes the first. */
  readonly readings: readonly Reading[];
  /** Features of images `[B, 3, H, W]`, one entry each; `parameters` where none were baked. */
  readonly extract: (
    images: T,
    parameters?: TensorMap<T>,
  ) => Promise<readonly ImageFeatures<T>[]>;
  /** As `extract`, from whatever was prepared of the pictures, `[B, ...]`: see `PreparedImage`. */
  readonly extractFrom: (
    inputs: TensorMap<T>,
    parameters?: TensorMap<T>,
  ) => Promise<readonly ImageFeatures<T>[]>;
  /** Builds what `extractFrom` will need for inputs and parameters of these shapes. */
  readonly buildExtraction: (
    inputs: Readonly<Record<string, Shape>>,
    parameters?: Readonly<Record<string, Shape>>,
  ) => Promise<void>;
  /** Matches `[1, K, 2]`, (x, y) in cells of the target. */
  readonly locate: (inputs: MatchInputs<T>) => Promise<T>;
}

/**
 * Compiles a model for prediction.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param options Model, weights and localiser.
 * @returns Functions that run it.
 * @throws {OptionError} If `betaEval` is `auto` and the model has no
 *   temperature of its own among the baked weights.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { referenceBackend } from "@simsc/core";
 * import { createPredictor, drawnDefaults, initialModel } from "@simsc/core/runs";
 *
 * const model = await initialModel(drawnDefaults)();
 * if (model._tag === "Left") throw new Error(model.left.message);
 * const backend = referenceBackend();
 * const predictor = createPredictor(backend, {
 *   config: model.right.config,
 *   baked: model.right.parameters,
 *   betaEval: "auto",
 *   localizer: "nearestNeighbor",
 *   sigmaCells: 7,
 * });
 * const pixels = Float32Array.from({ length: 3 * 32 * 32 }, (_, i) => i % 7 - 3);
 * const images = backend.tensor(pixels, [1, 3, 32, 32]); // 2 x 2 cells
 * const [image] = await predictor.extract(images);
 * const queries = backend.tensor([0, 0, 1, 0], [1, 2, 2]);
 * const matches = await predictor.locate({
 *   source: image!,
 *   target: image!,
 *   queries,
 * });
 * const [cells] = await backend.read([matches]);
 * deepStrictEqual([...cells!], [0, 0, 1, 0]); // where they are on itself
 * ```
 */
export function createPredictor<T>(
  backend: Backend<T>,
  options: PredictorOptions,
): Predictor<T> {
  const { config, baked, alternatives = [], ...reading } = options;
  const { betaEval } = reading;
  const readings = [reading, ...alternatives];
  const localizer = mapLocalizer(reading);
  const isAuto = readings.some((each) => each.betaEval === "auto");
  if (isAuto && baked && !hasTemperature(config, baked)) {
    throw new OptionError(
      "createPredictor",
      "betaEval",
      "a number, since the weights hold no temperature module",
      "auto",
    );
  }
  const features = extraction(backend, {
    config,
    ...(baked && { baked }),
    betaEval: isAuto ? "auto" : betaEval,
  });
  const matching = backend.compile((inputs) => {
    const { a, b, betaA, betaB, queries } = inputs as Readonly<
      Record<"a" | "b" | "betaA" | "betaB" | "queries", T>
    >;
    const pair = { featuresA: a, featuresB: b, queries };
    const matches = matchQueries(backend, pair, {
      normalize: config.normalize,
      localizer,
      beta: betaEval === "auto" ? backend.mul(betaA, betaB) : betaEval,
    });
    return { matches };
  });
  const extractFrom: Predictor<T>["extractFrom"] = async (
    inputs,
    parameters = {},
  ) => {
    const out = await features({
      ...inputs,
      ...prefixed(parameters, "parameters."),
    });
    const count = Object.keys(out).length / 2;
    return Array.from({ length: count }, (_, i) => ({
      features: out[`features.${i}`] as T,
      beta: out[`beta.${i}`] as T,
    }));
  };
  return {
    ...matchPrograms(backend, { normalize: config.normalize, readings }),
    readings,
    extract: (images, parameters) => extractFrom({ images }, parameters),
    extractFrom,
    buildExtraction: async (inputs, parameters = {}) => {
      await features.build?.({
        ...inputs,
        ...prefixed(parameters, "parameters."),
      });
    },
    locate: async ({ source, target, queries }) => {
      const { matches } = await matching({
        a: source.features,
        b: target.features,
        betaA: source.beta,
        betaB: target.beta,
        queries,
      });
      return matches as T;
    },
  };
}

function extraction<T>(
  backend: Backend<T>,
  { config, baked, betaEval }: Pick<
    PredictorOptions,
    "config" | "baked" | "betaEval"
  >,
): CompiledProgram<T> {
  return backend.compile((inputs) => {
    const parameters = baked
      ? bakedParameters(backend, baked)
      : select(inputs, "parameters.");
    const maps = featureMaps(backend, parameters, inputs, config.backbone);
    const temperature = betaEval === "auto"
      ? modelTemperature(config.temperature, parameters)
      : { kind: "fixed", beta: betaEval } as const;
    const share = partialTemperature(backend, maps, temperature);
    const [count, ...rest] = backend.shape(maps) as [number, ...number[]];
    const betas = backend.broadcastTo(
      typeof share === "number" ? backend.constant([share], []) : share,
      [count],
    );
    const each = Array.from({ length: count }, (_, i) => [
      [`features.${i}`, backend.slice(maps, [i, 0, 0, 0], [1, ...rest])],
      [`beta.${i}`, backend.slice(betas, [i], [1])],
    ]);
    return Object.fromEntries(each.flat()) as TensorMap<T>;
  });
}
