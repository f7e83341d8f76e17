/**
 * Self-attention and its gradient, out of queries, keys and values side by side.
 * Image by image, the gradient computes the attention weights anew: kept, they
 * would take more memory than all else of a block, and as long to read as to
 * compute. For a whole batch equal nodes are one, and so they are kept.
 *
 * @module
 */
import type { Shape } from "../../backend.ts";
import type { Call, DeviceTraits } from "../lowering.ts";
import type { ModelBuilder, Value } from "../model_builder.ts";
import { writeMatMul } from "./_mat_mul.ts";

/** Sizes of an attention. */
interface AttentionSizes {
  readonly batch: number;
  readonly tokens: number;
  /** Channels of all heads together. */
  readonly channels: number;
  readonly heads: number;
}

/** What writes for a device. */
interface Target {
  readonly model: ModelBuilder;
  readonly device: DeviceTraits;
}

/** Writes `softmax(q k^T / sqrt(d)) v` of every head, from `[B, N, 3 C]` to `[B, N, C]`. */
export function lowerAttention(
  { model, device, inputs: [qkv], shape, attributes: { heads } }: Call<
    "attention"
  >,
): Value {
  const [batch, tokens, channels] = shape as [number, number, number];
  const sizes = { batch, tokens, channels, heads };
  return byImage({ model, device }, [qkv!], {
    sizes,
    parts: [[tokens, 3 * channels]],
    result: [tokens, heads, channels / heads],
    shape,
    write: (target, [qkv], sizes) => {
      const { weights, value } = attentionWeights(target, qkv!, sizes);
      const context = target.model.op("MatMul", [weights, value]);
      return target.model.op("Transpose", [context], { perm: HEADS_FIRST });
    },
  });
}

/**
 * Writes the gradient by queries, keys and values `[B, N, 3 C]`, from them, the
 * result `y` and its gradient `dy`. With `dW = dy v^T` that by the logits is
 * `W (dW - sum(dy y))`: the sum over a row of `dW W` is that over the shorter
 * row of `dy y`.
 */
export function lowerAttentionGrad(
  { model, device, inputs, shape, attributes: { heads } }: Call<
    "attentionGrad"
  >,
): Value {
  const [batch, tokens, width] = shape as [number, number, number];
  const channels = width / 3;
  const sizes = { batch, tokens, channels, heads };
  return byImage({ model, device }, inputs, {
    sizes,
    parts: [[tokens, width], [tokens, channels], [tokens, channels]],
    result: [tokens, width],
    shape,
    write: (target, [qkv, y, dy], sizes) =>
      gradient(target, { qkv: qkv!, y: y!, dy: dy! }, sizes),
  });
}

function gradient(
  target: Target,
  { qkv, y, dy }: Readonly<Record<"qkv" | "y" | "dy", Value>>,
  sizes: AttentionSizes,
): Value {
  const { model } = target;
  const { query, key, value, weights, scale } = attentionWeights(
    target,
    qkv,
    sizes,
  );
  const dContext = splitHeads(target, dy, sizes);
  const dWeights = multiply(target, dContext, value, { transposeB: true });
  const sums = model.op("ReduceSum", [
    byHead(target, model.op("Mul", [y, dy]), sizes),
    model.ints([-1]),
  ]);
  const rowSums = model.op("Transpose", [sums], { perm: HEADS_FIRST });
  const dLogits = model.op("Mul", [
    weights,
    model.op("Sub", [dWeights, rowSums]),
  ]);
  const parts = [
    model.op("Mul", [multiply(target, dLogits, key), scale]),
    multiply(target, dLogits, query, { transposeA: true }),
    multiply(target, weights, dContext, { transposeA: true }),
  ];
  return model.op("Concat", parts.map((x) => joinHeads(target, x, sizes)), {
    axis: 2,
  });
}

/** What an attention mixes values by: of every head, `[B, heads, N, ...]`. */
interface Weighing {
  /** `q / sqrt(d)`. */
  readonly query: Value;
  readonly key: Value;
  readonly value: Value;
  /** `softmax(query key^T)`. */
  readonly weights: Value;
  /** `1 / sqrt(d)`. */
  readonly scale: Value;
}

/** Writes the weights of every head. */
function attentionWeights(
  target: Target,
  qkv: Value,
  sizes: AttentionSizes,
): Weighing {
  const { model } = target;
  const { channels, heads } = sizes;
  const part = (index: number): Value =>
    splitHeads(
      target,
      model.op("Slice", [
        qkv,
        model.ints([index * channels]),
        model.ints([(index + 1) * channels]),
        model.ints([2]),
      ]),
      sizes,
    );
  const scale = model.op("Reshape", [
    model.scalar(1 / Math.sqrt(channels / heads)),
    model.ints([1, 1, 1, 1]),
  ]);
  const query = model.op("Mul", [part(0), scale]);
  const [key, value] = [part(1), part(2)];
  const logits = multiply(target, query, key, { transposeB: true });
  const weights = model.op("Softmax", [logits], { axis: -1 });
  return { query, key, value, weights, scale };
}

/** `[B, N, heads, d]` to `[B, heads, N, d]`, and back. */
const HEADS_FIRST = [0, 2, 1, 3];

/** `[B, N, C]` as `[B, N, heads, d]`. */
function byHead(
  { model }: Target,
  x: Value,
  { batch, tokens, channels, heads }: AttentionSizes,
): Value {
  const shape = [batch, tokens, heads, channels / heads];
  return model.op("Reshape", [x, model.ints(shape)]);
}

/** `[B, N, C]` to `[B, heads, N, d]`. */
function splitHeads(target: Target, x: Value, sizes: AttentionSizes): Value {
  return target.model.op("Transpose", [byHead(target, x, sizes)], {
    perm: HEADS_FIRST,
  });
}

/** `[B, heads, N, d]` to `[B, N, C]`. */
function joinHeads(
  { model }: Target,
  x: Value,
  { batch, tokens, channels }: AttentionSizes,
): Value {
  return model.op("Reshape", [
    model.op("Transpose", [x], { perm: HEADS_FIRST }),
    model.ints([batch, tokens, channels]),
  ]);
}

/** The product of the last two axes of four. */
function multiply(
  { model, device }: Target,
  a: Value,
  b: Value,
  { transposeA = false, transposeB = false } = {},
): Value {
  return writeMatMul({ model, device }, [a, b], {
    transposeA,
    transposeB,
    rank: 4,
  });
}

/** What {@linkcode byImage} writes. */
interface ImageWork {
  readonly sizes: AttentionSizes;
  /** Shape of each input without its batch axis. */
  readonly parts: readonly Shape[];
  /** Shape of what is written without its batch axis. */
  readonly result: Shape;
  /** Shape of the result. */
  readonly shape: Shape;
  /** Writes a batch: the whole one, or an image. */
  readonly write: (
    target: Target,
    inputs: readonly Value[],
    sizes: AttentionSizes,
  ) => Value;
}

/**
 * One image after the other by a `Scan` where the device is fast at that, so
 * that the weights of one alone are there at once; else the whole batch.
 */
function byImage(
  { model, device }: Target,
  inputs: readonly Value[],
  { sizes, parts, result, shape, write }: ImageWork,
): Value {
  const isWhole = !device.fastScan || sizes.batch === 1;
  // Reshaped behind the `Scan`: as a result of the body it would be a copy.
  const [written] = isWhole
    ? [write({ model, device }, inputs, sizes)]
    : model.scan(
      inputs,
      { parts, results: [[1, ...result]] },
      (body, given) => {
        const images = given.map((x, i) =>
          body.op("Reshape", [x, body.ints([1, ...parts[i]!])])
        );
        const image = { ...sizes, batch: 1 };
        return [write({ model: body, device }, images, image)];
      },
    );
  return model.op("Reshape", [written!, model.ints(shape)]);
}
