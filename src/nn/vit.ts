/**
 * The vision transformers DINO, iBOT and DINOv2.
 *
 * @module
 */

import type { Backend, TensorMap } from "../backends/backend.ts";
import { OptionError, ShapeError } from "../core/errors.ts";
import { parameter } from "./_parameter.ts";
import { layerNorm } from "./layer_norm.ts";
import { positionEmbedding, type PositionRule } from "./position_embedding.ts";
import { vitBlock } from "./vit_block.ts";

/** What distinguishes one vision transformer from another. */
export interface VitConfig {
  /** Blocks, at least 1. */
  readonly depth: number;
  /** Heads of each attention, a divisor of the token width `D`. */
  readonly heads: number;
  /** Side of a patch in pixels. */
  readonly patch: number;
  /** Side of the grid that the position table was trained on, in patches. */
  readonly grid: number;
  /** How the position table is resampled. */
  readonly positions: PositionRule;
  /** Register tokens behind the class token; 0 in all but DINOv2 with registers. */
  readonly registers: number;
}

/** Options of {@linkcode vit}. */
export interface VitOptions extends VitConfig {
  /** Whether the final layer norm is applied; published features differ in it. */
  readonly norm: boolean;
  /** Index of the block whose tokens are taken; the last by default. */
  readonly layer?: number;
}

/** Name of the function below, for messages. */
const FN = "vit";

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
  const { depth, heads, norm, layer = depth - 1 } = options;
  const shape = backend.shape(images);
  if (shape.length !== 4 || shape[1] !== 3) {
    throw new ShapeError(FN, "images", "[B, 3, H, W]", shape);
  }
  if (!Number.isInteger(layer) || layer < 0 || layer >= depth) {
    throw new OptionError(FN, "layer", `from 0 to ${depth - 1}`, layer);
  }
  const { tokens, rows, columns } = embed(backend, parameters, images, options);
  const blocks = Array.from({ length: layer + 1 }, (_, index) => index);
  const mixed = blocks.reduce(
    (x, index) =>
      vitBlock(backend, parameters, x, { heads, prefix: `blocks.${index}.` }),
    tokens,
  );
  const last = norm
    ? layerNorm(backend, mixed, {
      weight: parameter(FN, "parameters", parameters, "norm.weight"),
      bias: parameter(FN, "parameters", parameters, "norm.bias"),
      epsilon: 1e-6,
    })
    : mixed;
  const [batch = 0, count = 0, width = 0] = backend.shape(last);
  const cells = rows * columns;
  const patches = backend.slice(
    last,
    [0, count - cells, 0],
    [batch, cells, width],
  );
  return backend.reshape(
    backend.transpose(patches, [0, 2, 1]),
    [batch, width, rows, columns],
  );
}

/** Class token, registers and patches, with positions on all but the registers. */
function embed<T>(
  backend: Backend<T>,
  parameters: TensorMap<T>,
  images: T,
  config: VitConfig,
): { readonly tokens: T; readonly rows: number; readonly columns: number } {
  const { patch, grid, positions, registers } = config;
  const get = (name: string) => parameter(FN, "parameters", parameters, name);
  const map = backend.conv2d(images, get("patch_embed.proj.weight"), {
    stride: patch,
    padding: 0,
    bias: get("patch_embed.proj.bias"),
  });
  const [batch = 0, width = 0, rows = 0, columns = 0] = backend.shape(map);
  const cells = rows * columns;
  const patches = backend.transpose(
    backend.reshape(map, [batch, width, cells]),
    [0, 2, 1],
  );
  const table = positionEmbedding(
    backend,
    backend.reshape(get("pos_embed"), [1 + grid * grid, width]),
    { grid, target: [rows, columns], rule: positions },
  );
  const first = backend.add(
    backend.reshape(get("cls_token"), [1, width]),
    backend.slice(table, [0, 0], [1, width]),
  );
  const places = backend.slice(table, [1, 0], [cells, width]);
  const repeated = (tokens: T, count: number) =>
    backend.broadcastTo(
      backend.reshape(tokens, [1, count, width]),
      [batch, count, width],
    );
  const extra = registers > 0
    ? [repeated(get("register_tokens"), registers)]
    : [];
  const tokens = backend.concat(
    [repeated(first, 1), ...extra, backend.add(patches, places)],
    1,
  );
  return { tokens, rows, columns };
}
