/**
 * Which parameters a ResNet has.
 *
 * @module
 */

import type { Shape } from "../backends/backend.ts";
import { resnetBlocks } from "./resnet_blocks.ts";
import type { ResnetConfig } from "./resnet_config.ts";

/** Whether batch norm is there as such (`plain`) or as the convolution's bias (`folded`). */
export type ResnetForm = "plain" | "folded";

/** Axis lengths by parameter name. */
export type ParameterShapes = Readonly<Record<string, Shape>>;

/** One convolution and the batch norm behind it. */
interface Convolution {
  readonly conv: string;
  readonly norm: string;
  readonly shape: Shape;
}

/**
 * Names and shapes of all parameters of a ResNet up to `layer3`.
 *
 * @param config Which ResNet.
 * @param form How batch norm is stored.
 * @returns Shapes by torchvision's names, in the order the network runs.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { resnetConfig, resnetShapes } from "@simsc/core/nn";
 *
 * const shapes = resnetShapes(resnetConfig("resnet18"), "folded");
 * deepStrictEqual(shapes["conv1.weight"], [64, 3, 7, 7]);
 * deepStrictEqual(shapes["conv1.bias"], [64]);
 * ```
 */
export function resnetShapes(
  config: ResnetConfig,
  form: ResnetForm,
): ParameterShapes {
  return Object.fromEntries(
    convolutions(config).flatMap(({ conv, norm, shape }) => {
      const channels = shape.slice(0, 1);
      const names = form === "folded" ? [`${conv}.bias`] : [
        `${norm}.weight`,
        `${norm}.bias`,
        `${norm}.running_mean`,
        `${norm}.running_var`,
      ];
      return [
        [`${conv}.weight`, shape] as const,
        ...names.map((name) => [name, channels] as const),
      ];
    }),
  );
}

function convolutions(config: ResnetConfig): readonly Convolution[] {
  const stem = { conv: "conv1", norm: "bn1", shape: [config.width, 3, 7, 7] };
  const blocks = resnetBlocks(config).flatMap((block) => {
    const { prefix, inputs, width, outputs, stride } = block;
    const main = config.block === "basic"
      ? [[width, inputs, 3, 3], [width, width, 3, 3]]
      : [[width, inputs, 1, 1], [width, width, 3, 3], [outputs, width, 1, 1]];
    const around = stride > 1 || inputs !== outputs
      ? [{
        conv: `${prefix}.downsample.0`,
        norm: `${prefix}.downsample.1`,
        shape: [outputs, inputs, 1, 1],
      }]
      : [];
    return [
      ...main.map((shape, index) => ({
        conv: `${prefix}.conv${index + 1}`,
        norm: `${prefix}.bn${index + 1}`,
        shape,
      })),
      ...around,
    ];
  });
  return [stem, ...blocks];
}
