/**
 * Which parameters of a backbone are trained.
 *
 * @module
 */

import { OptionError } from "../core/errors.ts";
import { resnetBlocks } from "./resnet_blocks.ts";
import type { ResnetConfig } from "./resnet_config.ts";
import { resnetShapes } from "./resnet_shapes.ts";

/** How much is trained: the last residual block of `layer3`, or everything. */
export type TrainableScope = "last" | "full";

/** Options of {@linkcode trainable}. */
export interface TrainableOptions {
  /** Which ResNet. */
  readonly config: ResnetConfig;
  /** How much of it is trained. */
  readonly scope: TrainableScope;
}

/**
 * Names of the parameters that training changes, out of those given.
 *
 * `last` is the last residual block of `layer3` (`layer3.1` in ResNet-18,
 * `layer3.5` in ResNet-50), the paper's "last block" by its supplement. Batch
 * norm's running statistics, and tensors that the network does not read, are
 * never among them.
 *
 * @param names Names of all parameters, plain or folded.
 * @param options Which ResNet, and how much of it.
 * @returns The trained names, in the given order.
 * @throws {OptionError} If the scope is neither `last` nor `full`.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { resnetConfig, trainable } from "@simsc/core/nn";
 *
 * const names = ["conv1.weight", "layer3.1.bn1.weight", "layer3.1.bn1.running_var"];
 * const config = resnetConfig("resnet18");
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
  const known = new Set([
    ...Object.keys(resnetShapes(config, "plain")),
    ...Object.keys(resnetShapes(config, "folded")),
  ]);
  const last = resnetBlocks(config).at(-1)?.prefix ?? "";
  return names.filter((name) =>
    known.has(name) && !/\.running_(mean|var)$/.test(name) &&
    (scope === "full" || name.startsWith(`${last}.`))
  );
}
