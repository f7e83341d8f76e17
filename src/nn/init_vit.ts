/**
 * Random parameters of a vision transformer.
 *
 * @module
 */

import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import type { Initialized, RandomGenerator } from "./random_generator.ts";
import type { VitArchitecture } from "./vit_config.ts";
import { vitShapes } from "./vit_shapes.ts";

/** Standard deviation of weights, tokens and positions. */
const DEVIATION = 0.02;

/**
 * Draws a ViT as DINO does: weights, tokens and positions from a normal
 * distribution of deviation 0.02 cut at two deviations, the projection of the
 * patches uniform in `+-1 / sqrt(fan_in)`, biases 0, norms and LayerScale the
 * identity.
 *
 * @param generator Source of randomness; not changed.
 * @param config Which transformer.
 * @returns Parameters and the next generator.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
 * import { initVit } from "@simsc/core/nn";
 *
 * const { parameters } = initVit(xoroshiro128plus(7), {
 *   dim: 8,
 *   depth: 1,
 *   heads: 2,
 *   patch: 4,
 *   grid: 2,
 *   positions: "dino",
 *   registers: 0,
 *   layerScale: false,
 * });
 * deepStrictEqual(parameters["blocks.0.mlp.fc1.weight"]?.shape, [32, 8]);
 * ```
 */
export function initVit(
  generator: RandomGenerator,
  config: VitArchitecture,
): Initialized {
  const state = generator.clone();
  const bound = 1 / Math.sqrt(3 * config.patch ** 2);
  const parameters = Object.fromEntries(
    Object.entries(vitShapes(config)).map(([name, shape]) => {
      const draw = drawOf(name, state, bound);
      const length = shape.reduce((a, b) => a * b, 1);
      return [name, { shape, data: new Float32Array(length).map(draw) }];
    }),
  );
  return { parameters, generator: state };
}

/** How the elements of a parameter start. */
function drawOf(
  name: string,
  state: RandomGenerator,
  bound: number,
): () => number {
  if (name.startsWith("patch_embed.")) {
    return () => bound * (2 * uniformFloat64(state) - 1);
  }
  if (name.endsWith(".bias")) return () => 0;
  if (/(norm\d?\.weight|\.gamma)$/.test(name)) return () => 1;
  return () => DEVIATION * truncatedNormal(state);
}

/** A standard normal number of at most 2 either way: others are drawn again. */
function truncatedNormal(generator: RandomGenerator): number {
  while (true) {
    const radius = Math.sqrt(-2 * Math.log(1 - uniformFloat64(generator)));
    const value = radius * Math.cos(2 * Math.PI * uniformFloat64(generator));
    if (Math.abs(value) <= 2) return value;
  }
}
