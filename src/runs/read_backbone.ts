import type { AsyncResult } from "../core/result.ts";
import { type DataError, malformedFile } from "../data/data_error.ts";
import type { NamedTensors } from "../data/safetensors.ts";
import { readNativeWeights } from "../data/weights/read_native_weights.ts";
import { checkParameters } from "../nn/check_parameters.ts";
import { fittingBackbones } from "./_fitting_backbones.ts";
import type { BackboneConfig } from "../nn/backbone_config.ts";
import { left, right } from "./_result.ts";
import { pick } from "./_tensor_map.ts";

/**
 * Reads backbone weights and checks them against a configuration.
 *
 * @param file Safetensors, a sharded index or a PyTorch checkpoint, in the names
 * of torchvision, timm, DINO, iBOT, DINOv2 or Hugging Face, with any prefix.
 * @param config Which backbone it must be.
 * @returns The tensors the network reads, or what is missing or mis-shaped.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { backboneConfig, readBackbone } from "@simsc/core/runs";
 *
 * const found = await readBackbone("none.pth", backboneConfig("resnet18"))();
 * equal(found._tag === "Left" && found.left._tag, "MissingFile");
 * ```
 */
export function readBackbone(
  file: string,
  config: BackboneConfig,
): AsyncResult<DataError, NamedTensors> {
  return async () => {
    const read = await readNativeWeights(file)();
    if (read._tag === "Left") return read;
    const { tensors, plan: { family, prefix } } = read.right;
    const shapes = checkParameters(tensors, config);
    if (shapes._tag === "Left") {
      const found = prefix === "" ? family : `${family} behind "${prefix}"`;
      const fits = fittingBackbones(tensors).join(" or ");
      const wanted = `those of ${config.name}`;
      const got = fits === ""
        ? `those of no backbone that is known, read as ${found}: ` +
          shapes.left.message
        : `those of ${fits}`;
      return left(malformedFile(file, "tensors", wanted, got));
    }
    return right(pick(tensors, Object.keys(shapes.right)));
  };
}
