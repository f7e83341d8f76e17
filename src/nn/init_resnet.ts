/**
 * Random parameters of a ResNet.
 *
 * @module
 */

import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import type { Initialized, RandomGenerator } from "./random_generator.ts";
import type { ResnetConfig } from "./resnet_config.ts";
import { resnetShapes } from "./resnet_shapes.ts";

/**
 * Draws a ResNet as torchvision does: He's normal distribution over the
 * outputs, `w ~ N(0, 2 / (O kh kw))`, biases 0, batch norm folded.
 *
 * Folded, torchvision's fresh batch norm (weight and variance 1, bias and mean
 * 0) is a bias of 0 but for its 1e-5.
 *
 * @param generator Source of randomness; not changed.
 * @param config Which ResNet.
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
): Initialized {
  const state = generator.clone();
  const parameters = Object.fromEntries(
    Object.entries(resnetShapes(config, "folded")).map(([name, shape]) => {
      const size = shape.reduce((a, b) => a * b, 1);
      if (shape.length === 1) return [name, { shape, data: zeros(size) }];
      const [outputs = 1, , height = 1, width = 1] = shape;
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
