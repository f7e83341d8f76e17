/**
 * Which parameters a backbone has.
 *
 * @module
 */

import type { BackboneConfig } from "./backbone_config.ts";
import { type ParameterShapes, resnetShapes } from "./resnet_shapes.ts";
import { vitShapes } from "./vit_shapes.ts";

/**
 * Names and shapes of all parameters of a backbone, read or not: a ViT keeps
 * the blocks behind the last one that is read.
 *
 * @param config Which backbone.
 * @param names Parameters that are there: batch norm's tell whether it is
 * folded into the convolutions; folded by default.
 * @returns Shapes by the names of the published checkpoints.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { backboneConfig, backboneShapes } from "@simsc/core/nn";
 *
 * const shapes = backboneShapes(backboneConfig("resnet18"));
 * deepStrictEqual(shapes["conv1.bias"], [64]);
 * ```
 */
export function backboneShapes(
  config: BackboneConfig,
  names: readonly string[] = [],
): ParameterShapes {
  switch (config.kind) {
    case "resnet": {
      const isPlain = names.some((name) => name.endsWith(".running_var"));
      return resnetShapes(config, isPlain ? "plain" : "folded");
    }
    case "vit":
      return vitShapes(config);
  }
}
