/**
 * ResNet up to its third layer, the backbone of the paper.
 *
 * @module
 */

import type { Backend, TensorMap } from "../backends/backend.ts";
import { runNetwork } from "./_network.ts";
import { resnetNetwork } from "./_resnet_network.ts";
import type { ResnetConfig } from "./resnet_config.ts";

/**
 * Feature maps of a ResNet cut after `layer3` (stride 16).
 *
 * Parameters carry torchvision's names, in either of two forms, told apart
 * convolution by convolution:
 *
 * - plain: batch norm's four tensors are there (`bn1.running_var`, …). Its
 *   running statistics stay as they are, its weight and bias may be trained;
 * - folded: the convolution has a bias (`conv1.bias`, …) that stands for the
 *   batch norm.
 *
 * Other tensors (`fc.*`, `layer4.*`, `*.num_batches_tracked`) are not read.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param parameters Tensors by torchvision's names.
 * @param images RGB `[B, 3, H, W]`, normalised with ImageNet's mean and
 * standard deviation.
 * @param config Which ResNet.
 * @returns Features `[B, C, ceil(H / 16), ceil(W / 16)]`, not negative, not
 * L2-normalised; `C` is 4 times the width, times 4 again for bottlenecks.
 * @throws {ShapeError} If `images` is not `[B, 3, H, W]`.
 * @throws {OptionError} If a parameter is missing; {@linkcode checkParameters}
 * tells all of them at once.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
 * import { referenceBackend } from "@simsc/core";
 * import { initResnet, resnet, type ResnetConfig } from "@simsc/core/nn";
 *
 * const backend = referenceBackend();
 * const config: ResnetConfig = { block: "basic", layers: [1, 1, 1], width: 2 };
 * const { parameters } = initResnet(xoroshiro128plus(7), config);
 * const tensors = Object.fromEntries(
 *   Object.entries(parameters).map(([name, { data, shape }]) =>
 *     [name, backend.tensor(data, shape)]
 *   ),
 * );
 * const images = backend.tensor(new Float32Array(3 * 40 * 48), [1, 3, 40, 48]);
 * const features = resnet(backend, tensors, images, config);
 * deepStrictEqual(backend.shape(features), [1, 8, 3, 3]);
 * ```
 */
export function resnet<T>(
  backend: Backend<T>,
  parameters: TensorMap<T>,
  images: T,
  config: ResnetConfig,
): T {
  const network = resnetNetwork(backend, parameters, {
    ...config,
    outputs: [3],
  });
  return runNetwork(backend, network, images);
}
