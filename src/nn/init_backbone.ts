/**
 * Random parameters of a backbone.
 *
 * @module
 */

import type { BackboneConfig } from "./backbone_config.ts";
import { initResnet } from "./init_resnet.ts";
import { initVit } from "./init_vit.ts";
import type { Initialized, RandomGenerator } from "./random_generator.ts";

/**
 * Draws a backbone that can be trained from nothing: a ResNet with blocks that
 * start as their skip, a ViT as DINO starts it.
 *
 * @param generator Source of randomness; not changed.
 * @param config Which backbone.
 * @returns Parameters and the next generator.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
 * import { backboneConfig, initBackbone } from "@simsc/core/nn";
 *
 * const config = backboneConfig("tiny-vit");
 * const { parameters } = initBackbone(xoroshiro128plus(7), config);
 * deepStrictEqual(parameters["norm.bias"]?.shape, [96]);
 * ```
 */
export function initBackbone(
  generator: RandomGenerator,
  config: BackboneConfig,
): Initialized {
  switch (config.kind) {
    case "resnet":
      return initResnet(generator, config, { zeroInitResidual: true });
    case "vit":
      return initVit(generator, config);
  }
}
