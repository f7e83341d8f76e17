/**
 * Which parameters a vision transformer has.
 *
 * @module
 */

import type { Shape } from "../backends/backend.ts";
import type { ParameterShapes } from "./resnet_shapes.ts";
import type { VitArchitecture } from "./vit_config.ts";

/**
 * Names and shapes of all parameters of a DINO, iBOT or DINOv2 transformer
 * that {@linkcode vit} reads: all blocks and the final norm, no head and no
 * `mask_token`.
 *
 * @param config Which transformer.
 * @returns Shapes by DINO's names, in the order the network runs.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { vitConfig, vitShapes } from "@simsc/core/nn";
 *
 * const shapes = vitShapes(vitConfig("dino-vits16"));
 * deepStrictEqual(shapes["pos_embed"], [1, 197, 384]);
 * deepStrictEqual(shapes["blocks.11.attn.qkv.weight"], [1152, 384]);
 * ```
 */
export function vitShapes(config: VitArchitecture): ParameterShapes {
  const { dim, depth, patch, grid, registers } = config;
  return {
    "cls_token": [1, 1, dim],
    "pos_embed": [1, 1 + grid * grid, dim],
    ...(registers > 0 && { "register_tokens": [1, registers, dim] }),
    "patch_embed.proj.weight": [dim, 3, patch, patch],
    "patch_embed.proj.bias": [dim],
    ...Object.fromEntries(
      Array.from({ length: depth }, (_, index) => block(config, index)).flat(),
    ),
    "norm.weight": [dim],
    "norm.bias": [dim],
  };
}

function block(
  { dim, layerScale }: VitArchitecture,
  index: number,
): readonly (readonly [string, Shape])[] {
  const scale = (name: string): readonly (readonly [string, Shape])[] =>
    layerScale ? [[`${name}.gamma`, [dim]]] : [];
  const pair = (name: string, ...shape: readonly number[]) =>
    [
      [`${name}.weight`, shape],
      [`${name}.bias`, shape.slice(0, 1)],
    ] as const;
  return [
    ...pair("norm1", dim),
    ...pair("attn.qkv", 3 * dim, dim),
    ...pair("attn.proj", dim, dim),
    ...scale("ls1"),
    ...pair("norm2", dim),
    ...pair("mlp.fc1", 4 * dim, dim),
    ...pair("mlp.fc2", dim, 4 * dim),
    ...scale("ls2"),
  ].map(([name, shape]) => [`blocks.${index}.${name}`, shape] as const);
}
