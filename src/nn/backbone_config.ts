/**
 * The networks that give feature maps, by name.
 *
 * @module
 */

import { OptionError } from "../core/errors.ts";
import { type ResnetConfig, resnetConfig } from "./resnet_config.ts";
import {
  VIT_NAMES,
  type VitArchitecture,
  vitConfig,
  type VitName,
} from "./vit_config.ts";

/** A ResNet, and what is read from it. */
export interface ResnetBackbone extends ResnetConfig {
  /** Tells it apart in the union. */
  readonly kind: "resnet";
  /** torchvision's name, or `tiny`. */
  readonly name: string;
  /**
   * Layers whose maps are the features, ascending, from 1 to 3. Several are
   * each L2-normalised and concatenated; a single one is left as it is.
   */
  readonly outputs: readonly number[];
}

/** A vision transformer, and what is read from it. */
export interface VitBackbone extends VitArchitecture {
  /** Tells it apart in the union. */
  readonly kind: "vit";
  /** `FAMILY-vitSIZEPATCH`, or `tiny-vit`. */
  readonly name: string;
  /**
   * Blocks whose patch tokens are the features, ascending, from 0. Several are
   * each L2-normalised and concatenated; a single one is left as it is.
   */
  readonly outputs: readonly number[];
  /** Whether the final layer norm is applied to what is read. */
  readonly norm: boolean;
}

/** A network that gives feature maps, as plain data. */
export type BackboneConfig = ResnetBackbone | VitBackbone;

/** Names that {@linkcode backboneConfig} knows. */
export const BACKBONE_NAMES = [
  "tiny",
  "tiny-vit",
  "resnet18",
  "resnet34",
  "resnet50",
  "resnet101",
  ...VIT_NAMES,
] as const;

/** Name of a backbone. */
export type BackboneName = typeof BACKBONE_NAMES[number];

/** Options of {@linkcode backboneConfig}. */
export interface BackboneOptions {
  /**
   * Blocks (ViT, from 0) or layers (ResNet, 1 to 3) that are read; the last
   * one by default.
   */
  readonly layers?: readonly number[];
  /**
   * Whether a ViT's final layer norm is applied; by default it is for DINOv2
   * and is not for DINO and iBOT, as others match with them.
   */
  readonly norm?: boolean;
}

/** The small residual network that is trained from nothing on drawn objects. */
const TINY: ResnetConfig = { block: "basic", layers: [1, 1, 1], width: 32 };

/** A transformer for tests and smoke runs, at home on 256 pixels. */
const TINY_VIT: VitArchitecture = {
  dim: 96,
  depth: 3,
  heads: 3,
  patch: 16,
  grid: 16,
  positions: "dino",
  registers: 0,
  layerScale: false,
};

/** Name of the function below, for messages. */
const FN = "backboneConfig";

/**
 * The backbone of a name.
 *
 * @param name `tiny`, `tiny-vit`, one of torchvision's ResNets or a published
 * transformer.
 * @param options What is read from it.
 * @returns Its configuration; any other plain object of that form works too.
 * @throws {OptionError} If there is no such backbone, no such layer, or a
 * final norm is asked of a ResNet.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { backboneConfig } from "@simsc/core/nn";
 *
 * deepStrictEqual(backboneConfig("resnet18").outputs, [3]);
 * const several = backboneConfig("dino-vits16", { layers: [8, 11] });
 * deepStrictEqual(several.outputs, [8, 11]);
 * ```
 */
export function backboneConfig(
  name: string,
  options: BackboneOptions = {},
): BackboneConfig {
  const known = BACKBONE_NAMES.find((each) => each === name);
  if (known === undefined) {
    const names = BACKBONE_NAMES.join(", ");
    throw new OptionError(FN, "name", `one of ${names}`, name);
  }
  switch (known) {
    case "tiny":
    case "resnet18":
    case "resnet34":
    case "resnet50":
    case "resnet101":
      if (options.norm !== undefined) {
        const wanted = `left out for ${name}, which has no final norm`;
        throw new OptionError(FN, "norm", wanted, options.norm);
      }
      return {
        kind: "resnet",
        name,
        ...(known === "tiny" ? TINY : resnetConfig(known)),
        outputs: ascending(name, options.layers ?? [3], [1, 3]),
      };
    default: {
      const vit = known === "tiny-vit" ? TINY_VIT : vitConfig(known as VitName);
      const last = vit.depth - 1;
      return {
        kind: "vit",
        name,
        ...vit,
        outputs: ascending(name, options.layers ?? [last], [0, last]),
        norm: options.norm ?? vit.layerScale,
      };
    }
  }
}

/** Layers in the order they run, each once. */
function ascending(
  name: string,
  layers: readonly number[],
  [least, most]: readonly [number, number],
): readonly number[] {
  const isThere = (layer: number) =>
    Number.isInteger(layer) && layer >= least && layer <= most;
  const sorted = [...new Set(layers)].sort((a, b) => a - b);
  if (sorted.length === 0 || !layers.every(isThere)) {
    const wanted = `from ${least} to ${most} in ${name}`;
    throw new OptionError(FN, "layers", wanted, layers);
  }
  return sorted;
}
