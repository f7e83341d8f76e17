/**
 * Random parameters of the temperature module.
 *
 * @module
 */

import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { OptionError } from "../core/errors.ts";
import type {
  HostTensor,
  Initialized,
  RandomGenerator,
} from "./random_generator.ts";

/** Options of {@linkcode initTemperatureMlp}. */
export interface InitTemperatureMlpOptions {
  /** Channels `C` of the feature map, at least 1. */
  readonly channels: number;
  /** Width of the hidden layer, at least 1; `C` by default, the paper does not say. */
  readonly hidden?: number;
  /**
   * Temperature, in (0, 1), that the logistic is shifted to where its input
   * would be 0; 0.5, PyTorch's start, by default.
   */
  readonly start?: number;
}

/**
 * Draws the two layers of the temperature module (Fig. 4) as PyTorch's
 * `Linear` starts: weights and biases uniform in `±1 / sqrt(inputs)`.
 *
 * A logistic of numbers near 0 follows, so both temperatures start near 0.5
 * and their product near 0.25.
 *
 * @param generator Source of randomness; not changed.
 * @param options Widths of the layers.
 * @returns `temperature.w1` `[hidden, C]`, `temperature.b1` `[hidden]`,
 * `temperature.w2` `[1, hidden]`, `temperature.b2` `[1]`, and the next
 * generator.
 * @throws {OptionError} If a width is not a whole number of at least 1.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
 * import { initTemperatureMlp } from "@simsc/core/nn";
 *
 * const { parameters } = initTemperatureMlp(xoroshiro128plus(7), { channels: 4 });
 * deepStrictEqual(parameters["temperature.w1"]?.shape, [4, 4]);
 * ```
 */
export function initTemperatureMlp(
  generator: RandomGenerator,
  options: InitTemperatureMlpOptions,
): Initialized {
  const { channels, hidden = channels, start = 0.5 } = options;
  for (const [name, width] of Object.entries({ channels, hidden })) {
    if (!Number.isInteger(width) || width < 1) {
      throw new OptionError("initTemperatureMlp", name, "at least 1", width);
    }
  }
  if (!(start > 0 && start < 1)) {
    throw new OptionError("initTemperatureMlp", "start", "in (0, 1)", start);
  }
  const state = generator.clone();
  const shift = Math.log(start / (1 - start));
  const parameters = {
    "temperature.w1": uniform(state, [hidden, channels], channels),
    "temperature.b1": uniform(state, [hidden], channels),
    "temperature.w2": uniform(state, [1, hidden], hidden),
    "temperature.b2": shifted(uniform(state, [1], hidden), shift),
  };
  return { parameters, generator: state };
}

function shifted({ shape, data }: HostTensor, by: number): HostTensor {
  return { shape, data: data.map((x) => x + by) };
}

function uniform(
  generator: RandomGenerator,
  shape: readonly number[],
  inputs: number,
): HostTensor {
  const bound = 1 / Math.sqrt(inputs);
  const data = Float32Array.from(
    { length: shape.reduce((a, b) => a * b, 1) },
    () => bound * (2 * uniformFloat64(generator) - 1),
  );
  return { shape, data };
}
