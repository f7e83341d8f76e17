import type { AsyncResult } from "../core/result.ts";
import { type DataError, malformedFile } from "../data/data_error.ts";
import { readBytes } from "../data/files.ts";
import { decodeSafetensors, type NamedTensors } from "../data/safetensors.ts";
import { checkParameters } from "../nn/check_parameters.ts";
import type { BackboneConfig } from "../nn/backbone_config.ts";
import { left, right } from "./_result.ts";
import { pick } from "./_tensor_map.ts";

/**
 * Reads backbone weights and checks them against a configuration.
 *
 * @param file A safetensors file in the names of torchvision (ResNet) or DINO (ViT).
 * @param config Which backbone it must be.
 * @returns The tensors the network reads, or what is missing or mis-shaped.
 */
export function readBackbone(
  file: string,
  config: BackboneConfig,
): AsyncResult<DataError, NamedTensors> {
  return async () => {
    const bytes = await readBytes(file)();
    if (bytes._tag === "Left") return bytes;
    const decoded = decodeSafetensors(bytes.right, file);
    if (decoded._tag === "Left") return decoded;
    const { tensors } = decoded.right;
    const shapes = checkParameters(tensors, config);
    if (shapes._tag === "Left") {
      const wanted = "those of the backbone";
      return left(malformedFile(file, "tensors", wanted, shapes.left.message));
    }
    return right(pick(tensors, Object.keys(shapes.right)));
  };
}
