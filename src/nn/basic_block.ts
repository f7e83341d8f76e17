/**
 * The residual block of ResNet-18 and ResNet-34.
 *
 * @module
 */

import type { Backend, TensorMap } from "../backends/backend.ts";
import { convNorm } from "./_conv_norm.ts";
import { skip } from "./_skip.ts";

/** Options of {@linkcode basicBlock} and {@linkcode bottleneckBlock}. */
export interface ResidualBlockOptions {
  /** Start of the block's parameter names, such as `layer2.0`. */
  readonly prefix: string;
  /** Step of the block in cells, at least 1. */
  readonly stride: number;
}

/**
 * Two 3x3 convolutions around which the input is added:
 * `y = relu(norm2(conv2(relu(norm1(conv1(x))))) + skip(x))`.
 *
 * `skip` is the identity, or `downsample` where the block has one. Batch norm
 * uses its running statistics, or is folded into the convolutions; see
 * {@linkcode resnet}.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param parameters Tensors in torchvision's names.
 * @param x Feature map `[B, I, H, W]`.
 * @param options Which block, and its stride.
 * @returns Feature map `[B, O, ceil(H / stride), ceil(W / stride)]`.
 * @throws {OptionError} If a parameter is missing.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { referenceBackend } from "@simsc/core";
 * import { basicBlock } from "@simsc/core/nn";
 *
 * const backend = referenceBackend();
 * const zeros = (...shape: number[]) =>
 *   backend.tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape);
 * const parameters = {
 *   "b.conv1.weight": zeros(1, 1, 3, 3),
 *   "b.conv1.bias": zeros(1),
 *   "b.conv2.weight": zeros(1, 1, 3, 3),
 *   "b.conv2.bias": zeros(1),
 * };
 * const x = backend.tensor([1, -2], [1, 1, 1, 2]);
 * const y = basicBlock(backend, parameters, x, { prefix: "b", stride: 1 });
 * const [values] = await backend.read([y]); // weights 0: relu of the input
 * deepStrictEqual([...values!], [1, 0]);
 * ```
 */
export function basicBlock<T>(
  backend: Backend<T>,
  parameters: TensorMap<T>,
  x: T,
  options: ResidualBlockOptions,
): T {
  const { prefix, stride } = options;
  const fn = "basicBlock";
  const first = convNorm(backend, parameters, x, {
    fn,
    conv: `${prefix}.conv1`,
    norm: `${prefix}.bn1`,
    stride,
    padding: 1,
  });
  const second = convNorm(backend, parameters, backend.relu(first), {
    fn,
    conv: `${prefix}.conv2`,
    norm: `${prefix}.bn2`,
    stride: 1,
    padding: 1,
  });
  const around = skip(backend, parameters, x, { fn, prefix, stride });
  return backend.relu(backend.add(second, around));
}
