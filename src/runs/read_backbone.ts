import type { AsyncResult } from "../core/result.ts";
import { type DataError, malformedFile } from "../data/data_error.ts";
import { readBytes } from "../data/files.ts";
import { decodeSafetensors, type NamedTensors } from "../data/safetensors.ts";
import { checkParameters } from "../nn/check_parameters.ts";
import type { ResnetConfig } from "../nn/resnet_config.ts";
import { resnetShapes } from "../nn/resnet_shapes.ts";
import { left, right } from "./_result.ts";
import { pick } from "./_tensor_map.ts";

/**
 * Reads backbone weights and checks them against a configuration.
 *
 * @param file A safetensors file in torchvision's names.
 * @param config Which ResNet it must be.
 * @returns The tensors the network reads, or what is missing or mis-shaped.
 */
export function readBackbone(
  file: string,
  config: ResnetConfig,
): AsyncResult<DataError, NamedTensors> {
  return async () => {
    const bytes = await readBytes(file)();
    if (bytes._tag === "Left") return bytes;
    const decoded = decodeSafetensors(bytes.right, file);
    if (decoded._tag === "Left") return decoded;
    const { tensors } = decoded.right;
    const form = checkParameters(tensors, config);
    if (form._tag === "Left") {
      const wanted = "those of the backbone";
      return left(malformedFile(file, "tensors", wanted, form.left.message));
    }
    return right(pick(tensors, Object.keys(resnetShapes(config, form.right))));
  };
}
