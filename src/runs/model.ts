/**
 * What a SimSC model is: a backbone, a temperature, and how it reads pixels.
 *
 * @module
 */

import type { Backend, TensorMap } from "../backends/backend.ts";
import type { CoordinateRule } from "../core/coordinates.ts";
import { OptionError } from "../core/errors.ts";
import type { Temperature } from "../core/temperature.ts";
import type { NamedTensors } from "../data/safetensors.ts";
import type { BackboneConfig } from "../nn/backbone_config.ts";
import { backboneChannels } from "../nn/backbone_geometry.ts";
import { initBackbone } from "../nn/init_backbone.ts";
import { initSingleTemperature } from "../nn/init_single_temperature.ts";
import { initTemperatureMlp } from "../nn/init_temperature_mlp.ts";
import type { RandomGenerator } from "../nn/random_generator.ts";
import { mapValues } from "./_tensor_map.ts";

/** Where the temperature comes from, without its weights. */
export type TemperatureConfig =
  | {
    /** Predicted from each feature map by the paper's module. */
    readonly kind: "mlp";
    /** Width of its hidden layer; the channels of the backbone by default. */
    readonly hidden?: number;
    /** Temperature of one image that it starts near; 0.5 by default. */
    readonly start?: number;
  }
  | {
    /** One learned number. */
    readonly kind: "single";
    /** Where it starts; its square is the temperature. */
    readonly start: number;
  }
  | {
    /** Chosen by hand. */
    readonly kind: "fixed";
    /** Effective temperature > 0. */
    readonly beta: number;
  };

/** Everything about a model but its numbers. */
export interface ModelConfig {
  /** Network that gives the feature maps. */
  readonly backbone: BackboneConfig;
  /** Where the temperature comes from. */
  readonly temperature: TemperatureConfig;
  /** Whether features are L2-normalised. */
  readonly normalize: boolean;
  /** How pixels and cells correspond. */
  readonly coordinates: CoordinateRule;
}

/** A model that can be run. */
export interface Model {
  /** What it is. */
  readonly config: ModelConfig;
  /** Its numbers: the names of published checkpoints, and `temperature.*`. */
  readonly parameters: NamedTensors;
}

/**
 * A model before training: given backbone weights or random ones, and the
 * start of its temperature.
 *
 * @param generator Source of randomness; not changed.
 * @param config What the model is.
 * @param weights Backbone parameters; drawn at random by default.
 * @returns The model.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
 * import { initModel, modelConfig, paperDefaults } from "@simsc/core/runs";
 *
 * const config = modelConfig({ ...paperDefaults, backbone: "tiny" });
 * const { parameters } = initModel(xoroshiro128plus(0), config);
 * deepStrictEqual(parameters["conv1.weight"]?.shape.at(1), 3); // colours
 * ```
 */
export function initModel(
  generator: RandomGenerator,
  config: ModelConfig,
  weights?: NamedTensors,
): Model {
  // Drawn first, so that the same seed gives the same module for any backbone.
  const temperature = initTemperature(generator, config);
  const backbone = weights ??
    initBackbone(temperature.generator, config.backbone).parameters;
  return {
    config,
    parameters: { ...backbone, ...temperature.parameters },
  };
}

function initTemperature(
  generator: RandomGenerator,
  { temperature, backbone }: ModelConfig,
): { readonly parameters: NamedTensors; readonly generator: RandomGenerator } {
  switch (temperature.kind) {
    case "mlp":
      return initTemperatureMlp(generator, {
        channels: backboneChannels(backbone),
        ...(temperature.hidden && { hidden: temperature.hidden }),
        ...(temperature.start && { start: temperature.start }),
      });
    case "single":
      return {
        parameters: initSingleTemperature({ start: temperature.start }),
        generator,
      };
    case "fixed":
      return { parameters: {}, generator };
  }
}

/**
 * The temperature of a model as the objective takes it.
 *
 * @typeParam T Tensor of the backend.
 * @param config Where the temperature comes from.
 * @param parameters Tensors of the model by name.
 * @returns The temperature with its tensors.
 * @throws {OptionError} If a tensor is missing.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { referenceBackend } from "@simsc/core";
 * import { modelTemperature } from "@simsc/core/runs";
 *
 * const backend = referenceBackend();
 * const parameter = backend.tensor([0.5], []);
 * const temperature = modelTemperature({ kind: "single", start: 0.5 }, {
 *   "temperature.parameter": parameter,
 * });
 * deepStrictEqual(temperature, { kind: "single", parameter });
 * ```
 */
export function modelTemperature<T>(
  config: TemperatureConfig,
  parameters: TensorMap<T>,
): Temperature<T> {
  const tensor = (name: string): T => {
    const found = parameters[`temperature.${name}`];
    if (found === undefined) {
      throw new OptionError(
        "modelTemperature",
        "parameters",
        `a map with temperature.${name}`,
        Object.keys(parameters).length,
      );
    }
    return found;
  };
  switch (config.kind) {
    case "mlp":
      return {
        kind: "mlp",
        parameters: {
          w1: tensor("w1"),
          b1: tensor("b1"),
          w2: tensor("w2"),
          b2: tensor("b2"),
        },
      };
    case "single":
      return { kind: "single", parameter: tensor("parameter") };
    case "fixed":
      return config;
  }
}

/**
 * The numbers of a model as constants of a backend.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { referenceBackend } from "@simsc/core";
 * import { bakedParameters } from "@simsc/core/runs";
 *
 * const backend = referenceBackend();
 * const { bias } = bakedParameters(backend, {
 *   bias: { shape: [2], data: Float32Array.of(1, 2) },
 * });
 * deepStrictEqual(bias && backend.shape(bias), [2]);
 * ```
 */
export function bakedParameters<T>(
  backend: Backend<T>,
  parameters: NamedTensors,
): TensorMap<T> {
  return mapValues(
    parameters,
    ({ data, shape }) => backend.constant(data, shape),
  );
}
