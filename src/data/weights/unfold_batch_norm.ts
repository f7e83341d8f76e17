/**
 * Batch norm of a ResNet that was folded into its convolutions, as layers again.
 *
 * @module
 */

import type { NamedTensor, NamedTensors } from "../safetensors.ts";

/** What PyTorch's batch norm adds to the variance. */
const EPSILON = 1e-5;

/**
 * Gives a folded ResNet its batch norms back, since PyTorch's convolutions have
 * no bias there: `y = (x - 0) / sqrt(var + 1e-5) * 1 + bias` with a variance of
 * `1 - 1e-5`, which changes no feature.
 *
 * @param tensors Tensors in torchvision's names.
 * @returns The tensors, each `conv1.bias` turned into `bn1.*` and each
 * `downsample.0.bias` into `downsample.1.*`; others as they are.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { unfoldBatchNorm } from "@simsc/core/data";
 *
 * const bias = { shape: [1], data: Float32Array.of(2) };
 * deepStrictEqual(Object.keys(unfoldBatchNorm({ "layer1.0.conv2.bias": bias })), [
 *   "layer1.0.bn2.weight",
 *   "layer1.0.bn2.bias",
 *   "layer1.0.bn2.running_mean",
 *   "layer1.0.bn2.running_var",
 * ]);
 * ```
 */
export function unfoldBatchNorm(tensors: NamedTensors): NamedTensors {
  return Object.fromEntries(
    Object.entries(tensors).flatMap(([name, tensor]) => {
      const norm = normOf(name);
      if (norm === undefined) return [[name, tensor] as const];
      const filled = (value: number): NamedTensor => ({
        shape: tensor.shape,
        data: new Float32Array(tensor.data.length).fill(value),
      });
      return [
        [`${norm}.weight`, filled(1)] as const,
        [`${norm}.bias`, tensor] as const,
        [`${norm}.running_mean`, filled(0)] as const,
        [`${norm}.running_var`, filled(1 - EPSILON)] as const,
      ];
    }),
  );
}

/** The batch norm behind the convolution whose bias this is. */
function normOf(name: string): string | undefined {
  const found = name.match(
    /^((?:layer\d+\.\d+\.)?)(conv(?<k>\d)|downsample\.0)\.bias$/,
  );
  if (found === null) return undefined;
  const k = found.groups?.["k"];
  return found[1] + (k === undefined ? "downsample.1" : `bn${k}`);
}
