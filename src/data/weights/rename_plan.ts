/**
 * The plan that writes a network in another family's names.
 *
 * @module
 */

import { OptionError } from "../../core/errors.ts";
import { fillTemplate, matchTemplate } from "./_name_template.ts";
import type { PlanEntry, WeightsPlan } from "./plan_weights.ts";
import { WEIGHTS_FAMILIES, type WeightsFamily } from "./weights_family.ts";

/** Libraries and papers whose names can be written. */
export const NAME_STYLES: readonly NameStyle[] = [
  "torchvision",
  "timm",
  "dino",
  "ibot",
  "dinov2",
  "huggingface",
];

/** A library or paper whose names can be written. */
export type NameStyle =
  | "torchvision"
  | "timm"
  | "dino"
  | "ibot"
  | "dinov2"
  | "huggingface";

/**
 * The plan by which {@linkcode revertPlan} writes a network in given names.
 *
 * @param names Names of the network: torchvision's of a ResNet, DINO's of a
 * transformer, batch norm not folded.
 * @param options `style` says whose names; `prefix` stands before each.
 * @returns The plan.
 * @throws {OptionError} If such a network has no names in that style.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { renamePlan } from "@simsc/core/data";
 *
 * const { entries } = renamePlan(["layer1.0.conv1.weight", "conv1.weight"], {
 *   style: "huggingface",
 * });
 * deepStrictEqual(entries[0]?.from, [
 *   "encoder.stages.0.layers.0.layer.0.convolution.weight",
 * ]);
 * ```
 */
export function renamePlan(
  names: readonly string[],
  options: { readonly style: NameStyle; readonly prefix?: string },
): WeightsPlan {
  const { style, prefix = "" } = options;
  const family = familyOf(names, style);
  const rules = WEIGHTS_FAMILIES.find((each) => each.family === family)!;
  return {
    family,
    architecture: rules.architecture,
    prefix,
    entries: names.map((name): PlanEntry => {
      for (const [original, native, step = "copy"] of rules.names) {
        const holes = matchTemplate(native, name);
        if (holes === undefined) continue;
        const templates = typeof original === "string" ? [original] : original;
        const from = templates.map((each) =>
          prefix + fillTemplate(each, holes)
        );
        return { name, from, step };
      }
      throw refuse(`names of ${style}`, name);
    }),
    dropped: [],
  };
}

function familyOf(names: readonly string[], style: NameStyle): WeightsFamily {
  const has = (pattern: RegExp) => names.some((name) => pattern.test(name));
  const isResnet = has(/^layer1\.0\.conv1\.weight$/);
  const isVit = has(/^blocks\.0\.norm1\.weight$/);
  if (!isResnet && !isVit) {
    throw refuse("the names of a ResNet or a transformer", names[0] ?? "none");
  }
  switch (style) {
    case "torchvision":
      return isResnet ? "torchvision" : "torchvision-vit";
    case "huggingface":
      return isResnet
        ? "huggingface-resnet"
        : has(/\.ls1\.gamma$/)
        ? "huggingface-dinov2"
        : "huggingface-vit";
    case "timm":
      return isResnet
        ? "torchvision"
        : has(/^register_tokens$/)
        ? "timm-registers"
        : "dino";
    default:
      return isResnet ? "torchvision" : "dino";
  }
}

function refuse(expected: string, actual: string): OptionError {
  return new OptionError("renamePlan", "names", expected, actual);
}
