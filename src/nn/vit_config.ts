/**
 * The vision transformers whose weights are published.
 *
 * @module
 */

import { OptionError } from "../core/errors.ts";
import type { PositionRule } from "./position_embedding.ts";

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

/** A vision transformer with all that the shapes of its parameters depend on. */
export interface VitArchitecture extends VitConfig {
  /** Width `D` of a token. */
  readonly dim: number;
  /** Whether blocks end in a scale per channel, as DINOv2's do. */
  readonly layerScale: boolean;
}

/** What is published of DINO, iBOT and DINOv2, by family, size and patch. */
export const VIT_NAMES = [
  "dino-vits16",
  "dino-vits8",
  "dino-vitb16",
  "dino-vitb8",
  "ibot-vits16",
  "ibot-vitb16",
  "dinov2-vits14",
  "dinov2-vitb14",
  "dinov2-vitl14",
  "dinov2-vits14-reg",
  "dinov2-vitb14-reg",
  "dinov2-vitl14-reg",
] as const;

/** Name of a published vision transformer. */
export type VitName = typeof VIT_NAMES[number];

/** Width, blocks and heads by the letter of the size: heads are 64 wide. */
const SIZES = {
  s: { dim: 384, depth: 12, heads: 6 },
  b: { dim: 768, depth: 12, heads: 12 },
  l: { dim: 1024, depth: 24, heads: 16 },
} as const;

/** `FAMILY-vitSIZEPATCH`, registers at the end. */
const NAME = /^(?<family>\w+)-vit(?<size>[sbl])(?<patch>\d+)(?<reg>-reg)?$/;

/**
 * Configuration of a published vision transformer.
 *
 * The resampling of the position table goes with the family: `dino` for DINO,
 * iBOT and DINOv2, `size-antialias` for DINOv2 with registers, as their
 * published code does. DINO and iBOT were trained on 224 pixels, DINOv2's
 * tables are for 518.
 *
 * @param name One of {@linkcode VIT_NAMES}.
 * @returns The configuration; any other plain object of that form works too.
 * @throws {OptionError} If there is no such transformer.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { vitConfig } from "@simsc/core/nn";
 *
 * const { dim, patch, grid } = vitConfig("dino-vitb8");
 * deepStrictEqual([dim, patch, grid], [768, 8, 28]);
 * ```
 */
export function vitConfig(name: VitName): VitArchitecture {
  const parts = VIT_NAMES.some((known) => known === name)
    ? NAME.exec(name)?.groups
    : undefined;
  if (parts === undefined) {
    const names = VIT_NAMES.join(", ");
    throw new OptionError("vitConfig", "name", `one of ${names}`, name);
  }
  const { family, size, patch, reg } = parts;
  const isSecond = family === "dinov2";
  const side = Number(patch);
  return {
    ...SIZES[size as keyof typeof SIZES],
    patch: side,
    grid: (isSecond ? 518 : 224) / side,
    positions: reg ? "size-antialias" : "dino",
    registers: reg ? 4 : 0,
    layerScale: isSecond,
  };
}
