/**
 * Shapes of the ResNets that SimSC cuts after their third layer.
 *
 * @module
 */

import { OptionError } from "../core/errors.ts";

/** What distinguishes one ResNet from another, up to its third layer. */
export interface ResnetConfig {
  /** `basic`: two 3x3 convolutions; `bottleneck`: 1x1, 3x3, 1x1 with 4 times the channels. */
  readonly block: "basic" | "bottleneck";
  /** Blocks of `layer1`, `layer2` and `layer3`, each at least 1. */
  readonly layers: readonly [number, number, number];
  /** Channels of the first convolution, at least 1. */
  readonly width: number;
}

/** Names of torchvision's ResNets. */
export type ResnetName = "resnet18" | "resnet34" | "resnet50" | "resnet101";

const CONFIGS: Readonly<Record<ResnetName, ResnetConfig>> = {
  resnet18: { block: "basic", layers: [2, 2, 2], width: 64 },
  resnet34: { block: "basic", layers: [3, 4, 6], width: 64 },
  resnet50: { block: "bottleneck", layers: [3, 4, 6], width: 64 },
  resnet101: { block: "bottleneck", layers: [3, 4, 23], width: 64 },
};

/**
 * Configuration of one of torchvision's ResNets.
 *
 * @param name Its name in torchvision.
 * @returns The configuration; any other plain object of that form works too.
 * @throws {OptionError} If there is no such ResNet.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { resnetConfig } from "@simsc/core/nn";
 *
 * deepStrictEqual(resnetConfig("resnet50").layers, [3, 4, 6]);
 * ```
 */
export function resnetConfig(name: ResnetName): ResnetConfig {
  if (!Object.hasOwn(CONFIGS, name)) {
    const names = Object.keys(CONFIGS).join(", ");
    throw new OptionError("resnetConfig", "name", `one of ${names}`, name);
  }
  return CONFIGS[name];
}
