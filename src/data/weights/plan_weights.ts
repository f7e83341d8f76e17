/**
 * Which tensors of a file are which of the network, as plain data.
 *
 * @module
 */

import { fillTemplate, matchTemplate } from "./_name_template.ts";
import {
  type FamilyRules,
  WEIGHTS_FAMILIES,
  type WeightsFamily,
  type WeightsStep,
} from "./weights_family.ts";

/** Where one tensor of the network comes from. */
export interface PlanEntry {
  /** Its name in the network: torchvision's for a ResNet, DINO's for a transformer. */
  readonly name: string;
  /** Names in the file, prefix included; more than one are stacked. */
  readonly from: readonly string[];
  /** What is done with them. */
  readonly step: WeightsStep;
}

/** How the tensors of a file become those of a network, and back. */
export interface WeightsPlan {
  /** Whose names the file has. */
  readonly family: WeightsFamily | "unknown";
  /** Kind of the network. */
  readonly architecture: "resnet" | "vit" | "unknown";
  /** What stands before every name, such as `module.backbone.`. */
  readonly prefix: string;
  /** Tensors of the network, in the order of the file. */
  readonly entries: readonly PlanEntry[];
  /** Names in the file that no network here reads: heads, counters, other models. */
  readonly dropped: readonly string[];
}

/**
 * Parts of known checkpoints that lie behind the features, in the network's
 * names; the temperature of a run here is not the network's either.
 */
const IGNORED: Readonly<Record<"resnet" | "vit", RegExp>> = {
  resnet:
    /^(fc|classifier|layer4|head|projection_head|prototypes|temperature)\.|\.num_batches_tracked$/,
  vit:
    /^(mask_token|masked_embed)$|^(fc|head|heads|head_dist|fc_norm|pre_logits|pooler|classifier|dino_head|ibot_head|decoder|temperature)\b/,
};

/** Prefixes of models that stand beside each other in a file, best first. */
const PREFERRED: readonly RegExp[] = [
  /(^|\.)(teacher|ema|model_ema)\./,
  /^parameters\.$/,
  /^(?!adam\.|.*student\.)/,
];

/**
 * Recognises the names of a file and tells which tensor of the network each
 * is. Only names are looked at; {@linkcode applyPlan} carries it out.
 *
 * Any prefix is found (`module.`, `backbone.`, `module.backbone.`, …), as what
 * stands before the names of a known family; names without it are dropped. Of
 * several models in one file the teacher is taken before the student.
 *
 * @param names Names in the file.
 * @returns The plan; of an unknown family every name stays as it is.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { planWeights } from "@simsc/core/data";
 *
 * const plan = planWeights([
 *   "module.conv1.weight",
 *   "module.layer1.0.conv1.weight",
 *   "module.fc.weight",
 * ]);
 * deepStrictEqual([plan.family, plan.prefix], ["torchvision", "module."]);
 * deepStrictEqual(plan.entries[0]?.name, "conv1.weight");
 * deepStrictEqual(plan.dropped, ["module.fc.weight"]);
 * ```
 */
export function planWeights(names: readonly string[]): WeightsPlan {
  const known = new Set(names);
  for (const rules of WEIGHTS_FAMILIES) {
    const prefix = findPrefix(known, rules.markers);
    if (prefix !== undefined) return planFamily(names, rules, prefix);
  }
  return {
    family: "unknown",
    architecture: "unknown",
    prefix: "",
    entries: names.map((name) => ({ name, from: [name], step: "copy" })),
    dropped: [],
  };
}

/** What stands before all markers of a family; nothing where one is missing. */
function findPrefix(
  names: ReadonlySet<string>,
  markers: readonly string[],
): string | undefined {
  const [first = ""] = markers;
  const prefixes = [...names]
    .filter((name) => name === first || name.endsWith(`.${first}`))
    .map((name) => name.slice(0, name.length - first.length))
    .filter((prefix) => markers.every((each) => names.has(prefix + each)));
  const rank = (prefix: string): number => {
    const found = PREFERRED.findIndex((pattern) => pattern.test(prefix));
    return found < 0 ? PREFERRED.length : found;
  };
  return prefixes.toSorted((a, b) => rank(a) - rank(b))[0];
}

function planFamily(
  names: readonly string[],
  { family, architecture, names: rules }: FamilyRules,
  prefix: string,
): WeightsPlan {
  const entries = new Map<string, { from: string[]; step: WeightsStep }>();
  const dropped: string[] = [];
  for (const name of names) {
    const bare = name.startsWith(prefix) ? name.slice(prefix.length) : "";
    const found = bare === "" ? undefined : nativeName(bare, rules);
    if (found === undefined || IGNORED[architecture].test(found.name)) {
      dropped.push(name);
      continue;
    }
    const { name: native, step, part } = found;
    const entry = entries.get(native) ?? { from: [], step };
    entry.from[part] = name;
    entries.set(native, entry);
  }
  return {
    family,
    architecture,
    prefix,
    entries: [...entries].map(([name, { from, step }]) => ({
      name,
      from: Array.from(from, (each) => each ?? ""),
      step,
    })),
    dropped,
  };
}

/** The network's name of an original one; one that no rule knows stays. */
function nativeName(
  bare: string,
  rules: FamilyRules["names"],
): {
  readonly name: string;
  readonly step: WeightsStep;
  readonly part: number;
} {
  for (const [original, native, step = "copy"] of rules) {
    const templates = typeof original === "string" ? [original] : original;
    for (const [part, template] of templates.entries()) {
      const holes = matchTemplate(template, bare);
      if (holes) return { name: fillTemplate(native, holes), step, part };
    }
  }
  return { name: bare, step: "copy", part: 0 };
}
