/**
 * Random parameters of a ResNet.
 *
 * @module
 */

import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import type { Initialized, RandomGenerator } from "./random_generator.ts";
import type { ResnetConfig } from "./resnet_config.ts";
import { resnetShapes } from "./resnet_shapes.ts";

/** Options of {@linkcode initResnet}. */
export interface InitResnetOptions {
  /**
   * Whether the last convolution of every block starts at 0, so that blocks
   * start as their skip: a network without batch norm then starts with features
   * of moderate size. `false` by default, as in torchvision.
   */
  readonly zeroInitResidual?: boolean;
}

/**
 * Draws a ResNet as torchvision does: He's normal distribution over the
 * outputs, `w ~ N(0, 2 / (O kh kw))`, biases 0, batch norm folded.
 *
 * Folded, torchvision's fresh batch norm (weight and variance 1, bias and mean
 * 0) is a bias of 0 but for its 1e-5.
 *
 * @param generator Source of randomness; not changed.
 * @param config Which ResNet.
 * @param options How blocks start.
 * @returns Parameters in the folded form and the next generator.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
 * import { initResnet } from "@simsc/core/nn";
 *
 * const { parameters } = initResnet(xoroshiro128plus(7), {
 *   block: "basic",
 *   layers: [1, 1, 1],
 *   width: 2,
 * });
 * deepStrictEqual(parameters["layer3.0.conv1.weight"]?.shape, [8, 4, 3, 3]);
 * ```
 */
export function initResnet(
  generator: RandomGenerator,
  config: ResnetConfig,
  options: InitResnetOptions = {},
): Initialized {
  const state = generator.clone();
  const zeroed = options.zeroInitResidual
    ? (config.block === "basic"
      ? /^layer.*\.conv2\.weight$/
      : /^layer.*\.conv3\.weight$/)
    : /^$/;
  const parameters = Object.fromEntries(
    Object.entries(resnetShapes(config, "folded")).map(([name, shape]) => {
      const size = shape.reduce((a, b) => a * b, 1);
      if (shape.length === 1) return [name, { shape, data: zeros(size) }];
      const [outputs = 1, , height = 1, width = 1] = shape;
      if (zeroed.test(name)) return [name, { shape, data: zeros(size) }];
      const deviation = Math.sqrt(2 / (outputs * height * width));
      const data = Float32Array.from(
        { length: size },
        () => deviation * normal(state),
      );
      return [name, { shape, data }];
    }),
  );
  return { parameters, generator: state };
}

function zeros(size: number): Float32Array {
  return new Float32Array(size);
}

/** One standard normal number (Box and Muller); `1 - u` keeps the logarithm finite. */
function normal(generator: RandomGenerator): number {
  const radius = Math.sqrt(-2 * Math.log(1 - uniformFloat64(generator)));
  return radius * Math.cos(2 * Math.PI * uniformFloat64(generator));
}
