/**
 * The transformer block of DINO, iBOT and DINOv2.
 *
 * @module
 */

import type { Backend, TensorMap } from "../backends/backend.ts";
import { OptionError, ShapeError } from "../core/errors.ts";
import { linear } from "./_linear.ts";
import { parameter } from "./_parameter.ts";
import { gelu } from "./gelu.ts";
import { layerNorm } from "./layer_norm.ts";

/** Options of {@linkcode vitBlock}. */
export interface VitBlockOptions {
  /** Heads of the attention, a divisor of `D`. */
  readonly heads: number;
  /** Start of the parameters' names with its dot, such as `blocks.0.`; empty by default. */
  readonly prefix?: string;
}

/** Names of the functions below, for messages. */
const FN = "vitBlock";

/**
 * Pre-norm transformer block: `y = x + s1 attention(norm1(x))`, then
 * `y + s2 mlp(norm2(y))`, with exact GELU and a layer norm of 1e-6.
 *
 * `s1` and `s2` are `ls1.gamma` and `ls2.gamma` (LayerScale, DINOv2) where the
 * parameters hold them, else 1.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param parameters Tensors in DINO's names (`attn.qkv.weight`, …).
 * @param x Tokens `[B, N, D]`.
 * @param options Heads, and where the names start.
 * @returns Tokens `[B, N, D]`.
 * @throws {ShapeError} If `x` is not of rank 3.
 * @throws {OptionError} If a parameter is missing or `heads` does not divide
 * `D`.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { referenceBackend } from "@simsc/core";
 * import { vitBlock } from "@simsc/core/nn";
 *
 * const backend = referenceBackend();
 * const zeros = (...shape: number[]) =>
 *   backend.tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape);
 * const layer = (name: string, outputs: number, inputs: number) => ({
 *   [`${name}.weight`]: zeros(outputs, inputs),
 *   [`${name}.bias`]: zeros(outputs),
 * });
 * const norm = { weight: zeros(2), bias: zeros(2) };
 * const parameters = {
 *   "norm1.weight": norm.weight,
 *   "norm1.bias": norm.bias,
 *   "norm2.weight": norm.weight,
 *   "norm2.bias": norm.bias,
 *   ...layer("attn.qkv", 6, 2),
 *   ...layer("attn.proj", 2, 2),
 *   ...layer("mlp.fc1", 8, 2),
 *   ...layer("mlp.fc2", 2, 8),
 * };
 * const x = backend.tensor([1, 2], [1, 1, 2]);
 * const y = vitBlock(backend, parameters, x, { heads: 1 });
 * const [values] = await backend.read([y]); // weights 0: only the input is left
 * deepStrictEqual([...values!], [1, 2]);
 * ```
 */
export function vitBlock<T>(
  backend: Backend<T>,
  parameters: TensorMap<T>,
  x: T,
  options: VitBlockOptions,
): T {
  const { heads, prefix = "" } = options;
  const shape = backend.shape(x);
  const width = shape[2] ?? 0;
  if (shape.length !== 3) throw new ShapeError(FN, "x", "[B, N, D]", shape);
  if (!Number.isInteger(heads) || heads < 1 || width % heads !== 0) {
    throw new OptionError(FN, "heads", `a divisor of ${width}`, heads);
  }
  const norm = (name: string, tokens: T) =>
    layerNorm(backend, tokens, {
      weight: parameter(FN, "parameters", parameters, `${name}.weight`),
      bias: parameter(FN, "parameters", parameters, `${name}.bias`),
      epsilon: 1e-6,
    });
  const scale = (name: string, tokens: T) => {
    const gamma = `${name}.gamma`;
    return Object.hasOwn(parameters, gamma)
      ? backend.mul(tokens, parameter(FN, "parameters", parameters, gamma))
      : tokens;
  };
  const attended = attention(backend, parameters, norm(`${prefix}norm1`, x), {
    heads,
    name: `${prefix}attn`,
  });
  const y = backend.add(x, scale(`${prefix}ls1`, attended));
  const wide = linear(backend, parameters, norm(`${prefix}norm2`, y), {
    fn: FN,
    name: `${prefix}mlp.fc1`,
  });
  const narrow = linear(backend, parameters, gelu(backend, wide), {
    fn: FN,
    name: `${prefix}mlp.fc2`,
  });
  return backend.add(y, scale(`${prefix}ls2`, narrow));
}

/** `softmax(q k^T / sqrt(d)) v` for each head of `d` channels, then a projection. */
function attention<T>(
  backend: Backend<T>,
  parameters: TensorMap<T>,
  x: T,
  options: { readonly heads: number; readonly name: string },
): T {
  const { heads, name } = options;
  const [batch = 0, tokens = 0, width = 0] = backend.shape(x);
  const perHead = width / heads;
  const all = linear(backend, parameters, x, { fn: FN, name: `${name}.qkv` });
  const part = (index: number) =>
    backend.transpose(
      backend.reshape(
        backend.slice(all, [0, 0, index * width], [batch, tokens, width]),
        [batch, tokens, heads, perHead],
      ),
      [0, 2, 1, 3],
    );
  const query = backend.mul(part(0), 1 / Math.sqrt(perHead));
  const scores = backend.matMul(query, part(1), { transposeB: true });
  const mixed = backend.matMul(backend.softmax(scores), part(2));
  const joined = backend.reshape(
    backend.transpose(mixed, [0, 2, 1, 3]),
    [batch, tokens, width],
  );
  return linear(backend, parameters, joined, { fn: FN, name: `${name}.proj` });
}
