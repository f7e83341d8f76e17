/**
 * Which parameters of a backbone are trained.
 *
 * @module
 */

import { OptionError } from "../core/errors.ts";
import type { BackboneConfig } from "./backbone_config.ts";
import { resnetBlocks } from "./resnet_blocks.ts";
import { resnetShapes } from "./resnet_shapes.ts";
import { vitShapes } from "./vit_shapes.ts";

/** How much is trained: the last block that runs, or everything that runs. */
export type TrainableScope = "last" | "full";

/** Options of {@linkcode trainable}. */
export interface TrainableOptions {
  /** Which backbone, and what is read from it. */
  readonly config: BackboneConfig;
  /** How much of it is trained. */
  readonly scope: TrainableScope;
}

/**
 * Names of the parameters that training changes, out of those given.
 *
 * `last` is the last block that runs: of a ResNet read at `layer3` its last
 * residual block (`layer3.1` in ResNet-18, `layer3.5` in ResNet-50), the
 * paper's "last block" by its supplement; of a ViT its last transformer block,
 * without the final norm. Blocks behind the last output, batch norm's running
 * statistics, and tensors that the network does not read are never among them.
 *
 * @param names Names of all parameters, plain or folded.
 * @param options Which backbone, and how much of it.
 * @returns The trained names, in the given order.
 * @throws {OptionError} If the scope is neither `last` nor `full`.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { backboneConfig, trainable } from "@simsc/core/nn";
 *
 * const names = ["conv1.weight", "layer3.1.bn1.weight", "layer3.1.bn1.running_var"];
 * const config = backboneConfig("resnet18");
 * deepStrictEqual(trainable(names, { config, scope: "last" }), [
 *   "layer3.1.bn1.weight",
 * ]);
 * ```
 */
export function trainable(
  names: readonly string[],
  options: TrainableOptions,
): readonly string[] {
  const { config, scope } = options;
  if (scope !== "last" && scope !== "full") {
    throw new OptionError("trainable", "scope", '"last" or "full"', scope);
  }
  const { known, running, stem } = partsOf(config);
  const last = running.at(-1) ?? "";
  const starts = scope === "last" ? [last] : [...running, ...stem];
  return names.filter((name) =>
    known.has(name) && !/\.running_(mean|var)$/.test(name) &&
    starts.some((start) => name.startsWith(start))
  );
}

/** The parameters of a backbone, by where they run. */
interface Parts {
  /** All names. */
  readonly known: ReadonlySet<string>;
  /** Starts of the names of each block that runs, in order. */
  readonly running: readonly string[];
  /** Starts of the names of what runs around the blocks. */
  readonly stem: readonly string[];
}

function partsOf(config: BackboneConfig): Parts {
  const end = Math.max(...config.outputs);
  switch (config.kind) {
    case "resnet":
      return {
        known: new Set([
          ...Object.keys(resnetShapes(config, "plain")),
          ...Object.keys(resnetShapes(config, "folded")),
        ]),
        running: resnetBlocks(config)
          .map(({ prefix }) => prefix)
          .filter((prefix) => Number(prefix["layer".length]) <= end)
          .map((prefix) => `${prefix}.`),
        stem: ["conv1.", "bn1."],
      };
    case "vit":
      return {
        known: new Set(Object.keys(vitShapes(config))),
        running: Array.from({ length: end + 1 }, (_, i) => `blocks.${i}.`),
        stem: [
          "cls_token",
          "pos_embed",
          "register_tokens",
          "patch_embed.",
          ...(config.norm ? ["norm."] : []),
        ],
      };
  }
}
