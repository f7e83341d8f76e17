/**
 * The vision transformers DINO, iBOT and DINOv2.
 *
 * @module
 */

import type { Backend, TensorMap } from "../backends/backend.ts";
import { OptionError } from "../core/errors.ts";
import { runNetwork } from "./_network.ts";
import { vitNetwork } from "./_vit_network.ts";
import type { VitConfig } from "./vit_config.ts";

/** Options of {@linkcode vit}. */
export interface VitOptions extends VitConfig {
  /** Whether the final layer norm is applied; published features differ in it. */
  readonly norm: boolean;
  /** Index of the block whose tokens are taken; the last by default. */
  readonly layer?: number;
}

/**
 * Patch features of a DINO, iBOT or DINOv2 transformer.
 *
 * Class and register tokens take part in every block and are dropped at the
 * end. `LayerScale` is applied where the parameters hold it; `mask_token` and
 * heads are not read. Pixels beyond the last whole patch are not read.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param parameters Tensors in DINO's names, without a checkpoint's prefix.
 * @param images RGB `[B, 3, H, W]`, normalised with ImageNet's mean and
 * standard deviation.
 * @param options Which transformer, and what is read from it.
 * @returns Features `[B, D, floor(H / patch), floor(W / patch)]`.
 * @throws {ShapeError} If `images` is not `[B, 3, H, W]`.
 * @throws {OptionError} If a parameter is missing or there is no such layer.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { referenceBackend } from "@simsc/core";
 * import { vit } from "@simsc/core/nn";
 *
 * const backend = referenceBackend();
 * const zeros = (...shape: number[]) =>
 *   backend.tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape);
 * const layer = (name: string, outputs: number, ...inputs: number[]) => ({
 *   [`${name}.weight`]: zeros(outputs, ...inputs),
 *   [`${name}.bias`]: zeros(outputs),
 * });
 * const parameters = {
 *   cls_token: zeros(1, 1, 4),
 *   pos_embed: zeros(1, 5, 4),
 *   ...layer("patch_embed.proj", 4, 3, 8, 8),
 *   ...layer("blocks.0.norm1", 4),
 *   ...layer("blocks.0.attn.qkv", 12, 4),
 *   ...layer("blocks.0.attn.proj", 4, 4),
 *   ...layer("blocks.0.norm2", 4),
 *   ...layer("blocks.0.mlp.fc1", 16, 4),
 *   ...layer("blocks.0.mlp.fc2", 4, 16),
 * };
 * const features = vit(backend, parameters, zeros(1, 3, 16, 24), {
 *   depth: 1,
 *   heads: 2,
 *   patch: 8,
 *   grid: 2,
 *   positions: "dino",
 *   registers: 0,
 *   norm: false,
 * });
 * deepStrictEqual(backend.shape(features), [1, 4, 2, 3]);
 * ```
 */
export function vit<T>(
  backend: Backend<T>,
  parameters: TensorMap<T>,
  images: T,
  options: VitOptions,
): T {
  const { depth, layer = depth - 1 } = options;
  if (!Number.isInteger(layer) || layer < 0 || layer >= depth) {
    throw new OptionError("vit", "layer", `from 0 to ${depth - 1}`, layer);
  }
  const network = vitNetwork(backend, parameters, {
    ...options,
    outputs: [layer],
  });
  return runNetwork(backend, network, images);
}
