/**
 * A backbone in two halves: what training freezes, and what it changes.
 *
 * @module
 */

import type { Backend, TensorMap } from "../backends/backend.ts";
import { OptionError } from "../core/errors.ts";
import { backboneNetwork } from "./_backbone_network.ts";
import { mergeMaps, type Network, runBlocks } from "./_network.ts";
import { parameter } from "./_parameter.ts";
import type { BackboneConfig } from "./backbone_config.ts";
import { backboneFeatures } from "./backbone_features.ts";
import type { TrainableScope } from "./trainable.ts";

/** Where a backbone is cut. */
export interface BackboneCut {
  /** Which backbone. */
  readonly config: BackboneConfig;
  /** What is trained: the trunk is all that runs before it. */
  readonly scope: TrainableScope;
}

/**
 * The frozen half of a backbone: everything up to the first block that `scope`
 * trains. With scope `full` nothing is frozen, and the images come back.
 *
 * {@linkcode backboneHead} takes what this gives; together they are
 * {@linkcode backboneFeatures}. The names are: `images` (scope `full`), or `x`,
 * what the trained block reads, a ViT's `tokens` beside its patches `x`, and
 * `maps.0`, … for the outputs that were passed on the way. All have the batch
 * in front, so one image's part can be sliced out and kept, and their shapes
 * tell the grid.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param parameters Tensors by name; the trained block's are not read.
 * @param images RGB `[B, 3, H, W]`, normalised.
 * @param cut Which backbone, and where it is cut.
 * @returns Tensors by name, each `[B, ...]`.
 * @throws {ShapeError} If `images` is not `[B, 3, H, W]`.
 * @throws {OptionError} If a parameter is missing or the scope is unknown.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
 * import { referenceBackend } from "@simsc/core";
 * import {
 *   backboneConfig,
 *   backboneHead,
 *   backboneTrunk,
 *   initBackbone,
 * } from "@simsc/core/nn";
 *
 * const backend = referenceBackend();
 * const config = { ...backboneConfig("tiny"), width: 2 };
 * const { parameters } = initBackbone(xoroshiro128plus(7), config);
 * const tensors = Object.fromEntries(
 *   Object.entries(parameters).map(([name, { data, shape }]) =>
 *     [name, backend.tensor(data, shape)]
 *   ),
 * );
 * const cut = { config, scope: "last" } as const;
 * const images = backend.tensor(new Float32Array(3 * 32 * 48), [1, 3, 32, 48]);
 * const trunk = backboneTrunk(backend, tensors, images, cut);
 * deepStrictEqual(backend.shape(trunk["x"]!), [1, 4, 4, 6]); // behind layer2
 * const features = backboneHead(backend, tensors, trunk, cut);
 * deepStrictEqual(backend.shape(features), [1, 8, 2, 3]);
 * ```
 */
export function backboneTrunk<T>(
  backend: Backend<T>,
  parameters: TensorMap<T>,
  images: T,
  cut: BackboneCut,
): TensorMap<T> {
  if (isWhole("backboneTrunk", cut)) return { images };
  const network = backboneNetwork(backend, parameters, cut.config);
  const start = { flow: network.start(images), maps: [] };
  const { flow, maps } = runBlocks(network, start, {
    from: 0,
    to: lastBlock(network),
  });
  return {
    ...network.pack(flow),
    ...Object.fromEntries(maps.map((map, index) => [`maps.${index}`, map])),
  };
}

/**
 * The trained half of a backbone: features out of what
 * {@linkcode backboneTrunk} gave.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param parameters Tensors by name; the trunk's are not read.
 * @param trunk What the trunk gave, or a batch put together from its parts.
 * @param cut The same as the trunk's.
 * @returns Features `[B, C, h, w]`.
 * @throws {OptionError} If a parameter or a part of the trunk is missing, or
 * the scope is unknown.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
 * import { referenceBackend } from "@simsc/core";
 * import { backboneConfig, backboneHead, initBackbone } from "@simsc/core/nn";
 *
 * const backend = referenceBackend();
 * const config = { ...backboneConfig("tiny"), width: 2 };
 * const { parameters } = initBackbone(xoroshiro128plus(7), config);
 * const tensors = Object.fromEntries(
 *   Object.entries(parameters).map(([name, { data, shape }]) =>
 *     [name, backend.tensor(data, shape)]
 *   ),
 * );
 * const x = backend.tensor(new Float32Array(4 * 4 * 6), [1, 4, 4, 6]);
 * const cut = { config, scope: "last" } as const;
 * const features = backboneHead(backend, tensors, { x }, cut);
 * deepStrictEqual(backend.shape(features), [1, 8, 2, 3]);
 * ```
 */
export function backboneHead<T>(
  backend: Backend<T>,
  parameters: TensorMap<T>,
  trunk: TensorMap<T>,
  cut: BackboneCut,
): T {
  const part = (name: string) =>
    parameter("backboneHead", "trunk", trunk, name);
  if (isWhole("backboneHead", cut)) {
    return backboneFeatures(backend, parameters, part("images"), cut.config);
  }
  const network = backboneNetwork(backend, parameters, cut.config);
  const earlier = network.outputs.slice(0, -1);
  const { maps } = runBlocks(network, {
    flow: network.unpack(trunk),
    maps: earlier.map((_, index) => part(`maps.${index}`)),
  }, { from: lastBlock(network), to: network.blocks.length });
  return mergeMaps(backend, network, maps);
}

/** Whether all of the backbone is behind the cut. */
function isWhole(fn: string, { scope }: BackboneCut): boolean {
  switch (scope) {
    case "full":
      return true;
    case "last":
      return false;
    default:
      throw new OptionError(fn, "scope", '"last" or "full"', scope);
  }
}

/** Index of the last block that runs. */
function lastBlock<T>(network: Network<T>): number {
  return network.blocks.length - 1;
}
