/**
 * Weights of any format under the names that the networks here read.
 *
 * @module
 */

import { ShapeError } from "../../core/errors.ts";
import type { AsyncResult } from "../../core/result.ts";
import { type DataError, malformedFile } from "../data_error.ts";
import type { NamedTensors } from "../safetensors.ts";
import { applyPlan } from "./apply_plan.ts";
import { planWeights, type WeightsPlan } from "./plan_weights.ts";
import { readWeights, type WeightsOptions } from "./read_weights.ts";
import type { WeightsListing } from "./weights_listing.ts";

/** Weights of a network, and how they stood in their file. */
export interface NativeWeights {
  /** What the file holds. */
  readonly listing: WeightsListing;
  /** Which of its tensors are which of the network. */
  readonly plan: WeightsPlan;
  /** Tensors in torchvision's names (ResNet) or DINO's (transformer). */
  readonly tensors: NamedTensors;
}

/**
 * Reads a weights file and gives its tensors the names that the networks here
 * read, whatever the format, the wrapper, the prefix and the library that it
 * came from. Tensors that the plan drops are not read.
 *
 * @param input Path of a file, or a blob in a page.
 * @param options Which dict of a checkpoint.
 * @returns The tensors and where they came from, or what is wrong with the file.
 *
 * @example
 * ```ts
 * import { deepStrictEqual, equal } from "node:assert/strict";
 * import { encodeSafetensors, readNativeWeights } from "@simsc/core/data";
 *
 * const tensor = { shape: [1], data: Float32Array.of(1) };
 * const names = ["embedder.embedder.convolution.weight", "classifier.1.bias"];
 * const bytes = encodeSafetensors(
 *   Object.fromEntries(names.map((name) => [`resnet.${name}`, tensor])),
 * );
 * const outcome = await readNativeWeights(new Blob([bytes.slice()]))();
 * equal(outcome._tag, "Right");
 * if (outcome._tag === "Right") {
 *   deepStrictEqual(outcome.right.tensors, { "conv1.weight": tensor });
 *   deepStrictEqual(outcome.right.plan.dropped, ["resnet.classifier.1.bias"]);
 * }
 * ```
 */
export function readNativeWeights(
  input: string | Blob,
  options: Pick<WeightsOptions, "key"> = {},
): AsyncResult<DataError, NativeWeights> {
  const planOf = ({ tensors }: WeightsListing) =>
    planWeights(Object.keys(tensors));
  return async () => {
    const read = await readWeights(input, {
      ...options,
      select: (listing) =>
        planOf(listing).entries.flatMap(({ from }) => from.filter(Boolean)),
    })();
    if (read._tag === "Left") return read;
    const { listing, tensors } = read.right;
    const plan = planOf(listing);
    try {
      const native = applyPlan(plan, tensors);
      return { _tag: "Right", right: { listing, plan, tensors: native } };
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
      const wanted = "parts of one shape";
      return {
        _tag: "Left",
        left: malformedFile(listing.file, "tensors", wanted, error.message),
      };
    }
  };
}
