/**
 * What the feature map of a backbone looks like.
 *
 * @module
 */

import type { CoordinateRule } from "../core/coordinates.ts";
import type { BackboneConfig } from "./backbone_config.ts";

/**
 * Channels `C` of the feature map of a backbone.
 *
 * @param config Which backbone.
 * @returns The channels of all that is read from it.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { backboneChannels, backboneConfig } from "@simsc/core/nn";
 *
 * strictEqual(backboneChannels(backboneConfig("resnet50")), 1024);
 * ```
 */
export function backboneChannels(config: BackboneConfig): number {
  switch (config.kind) {
    case "resnet": {
      const expansion = config.block === "bottleneck" ? 4 : 1;
      return config.outputs.reduce(
        (sum, layer) => sum + config.width * 2 ** (layer - 1) * expansion,
        0,
      );
    }
    case "vit":
      return config.dim * config.outputs.length;
  }
}

/**
 * Pixels between two cells of the feature map of a backbone: the patch of a
 * ViT, the stride of a ResNet's first layer that is read.
 *
 * @param config Which backbone.
 * @returns The step in pixels, the same in both directions.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { backboneConfig, backboneStride } from "@simsc/core/nn";
 *
 * strictEqual(backboneStride(backboneConfig("resnet18")), 16);
 * strictEqual(backboneStride(backboneConfig("dinov2-vitb14")), 14);
 * ```
 */
export function backboneStride(config: BackboneConfig): number {
  switch (config.kind) {
    case "resnet":
      return 2 ** (Math.min(...config.outputs) + 1);
    case "vit":
      return config.patch;
  }
}

/**
 * The rule that is exact for a backbone: a ResNet with symmetric padding sees
 * cell `i` centred on pixel `stride i` (`simple`), a ViT's patch `i` is centred
 * on `(i + 1/2) patch - 1/2` (`center`).
 *
 * @param config Which backbone.
 * @returns The rule.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { backboneConfig, backboneCoordinates } from "@simsc/core/nn";
 *
 * strictEqual(backboneCoordinates(backboneConfig("dino-vits16")), "center");
 * ```
 */
export function backboneCoordinates(config: BackboneConfig): CoordinateRule {
  switch (config.kind) {
    case "resnet":
      return "simple";
    case "vit":
      return "center";
  }
}
