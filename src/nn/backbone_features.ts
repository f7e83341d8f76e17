/**
 * Feature maps of any backbone.
 *
 * @module
 */

import type { Backend, TensorMap } from "../backends/backend.ts";
import { backboneNetwork } from "./_backbone_network.ts";
import { runNetwork } from "./_network.ts";
import type { BackboneConfig } from "./backbone_config.ts";

/**
 * Feature maps of images, from any backbone.
 *
 * A single output (see `outputs` of {@linkcode BackboneConfig}) is left as the
 * network gives it. Several are each L2-normalised over their channels and
 * concatenated; the coarser layers of a ResNet are first resampled bilinearly
 * to the grid of its finest one. Fine cell `j` reads a layer `f` times as coarse
 * at `j / f`, at most its last cell: cell `i` of a layer is centred on pixel
 * `i` times its stride. PyTorch's `align_corners=False` would read
 * `(j + 1/2) / f - 1/2`.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param parameters Tensors by the names of {@linkcode backboneShapes}.
 * @param images RGB `[B, 3, H, W]`, normalised with ImageNet's mean and
 * standard deviation.
 * @param config Which backbone, and what is read from it.
 * @returns Features `[B, C, h, w]`, `C` by {@linkcode backboneChannels}; `h` is
 * `H` over {@linkcode backboneStride}, rounded up (ResNet) or down (ViT).
 * @throws {ShapeError} If `images` is not `[B, 3, H, W]`.
 * @throws {OptionError} If a parameter is missing.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
 * import { referenceBackend } from "@simsc/core";
 * import { backboneConfig, backboneFeatures, initBackbone } from "@simsc/core/nn";
 *
 * const backend = referenceBackend();
 * const config = { ...backboneConfig("tiny"), width: 2 };
 * const { parameters } = initBackbone(xoroshiro128plus(7), config);
 * const tensors = Object.fromEntries(
 *   Object.entries(parameters).map(([name, { data, shape }]) =>
 *     [name, backend.tensor(data, shape)]
 *   ),
 * );
 * const images = backend.tensor(new Float32Array(3 * 32 * 48), [1, 3, 32, 48]);
 * const features = backboneFeatures(backend, tensors, images, config);
 * deepStrictEqual(backend.shape(features), [1, 8, 2, 3]);
 * ```
 */
export function backboneFeatures<T>(
  backend: Backend<T>,
  parameters: TensorMap<T>,
  images: T,
  config: BackboneConfig,
): T {
  const network = backboneNetwork(backend, parameters, config);
  return runNetwork(backend, network, images);
}
