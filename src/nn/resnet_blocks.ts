/**
 * The residual blocks of a ResNet, as data.
 *
 * @module
 */

import type { ResnetConfig } from "./resnet_config.ts";

/** One residual block: where its parameters are and what it does to a map. */
export interface ResnetBlock {
  /** Start of its parameters' names, such as `layer2.0`. */
  readonly prefix: string;
  /** Step of the block in cells, 1 or 2. */
  readonly stride: number;
  /** Channels that enter. */
  readonly inputs: number;
  /** Channels of the 3x3 convolutions. */
  readonly width: number;
  /** Channels that leave. */
  readonly outputs: number;
}

/**
 * Lists the blocks of `layer1` to `layer3` in the order they run.
 *
 * @param config Which ResNet.
 * @returns One entry per block; the last one's `outputs` are the channels `C`
 * of the feature map.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { resnetBlocks, resnetConfig } from "@simsc/core/nn";
 *
 * const blocks = resnetBlocks(resnetConfig("resnet18"));
 * deepStrictEqual(blocks.at(-1), {
 *   prefix: "layer3.1",
 *   stride: 1,
 *   inputs: 256,
 *   width: 256,
 *   outputs: 256,
 * });
 * ```
 */
export function resnetBlocks(config: ResnetConfig): readonly ResnetBlock[] {
  const expansion = config.block === "bottleneck" ? 4 : 1;
  return config.layers.flatMap((count, layer) => {
    const width = config.width * 2 ** layer;
    const outputs = width * expansion;
    const before = layer === 0 ? config.width : outputs / 2;
    return Array.from({ length: count }, (_, index) => ({
      prefix: `layer${layer + 1}.${index}`,
      stride: layer > 0 && index === 0 ? 2 : 1,
      inputs: index === 0 ? before : outputs,
      width,
      outputs,
    }));
  });
}
