import type { ModelBuilder, Value } from "../model_builder.ts";

/** With a side below this, copying a factor costs more than it saves. */
const WIDE = 256;

/**
 * Writes `a^T b` of matrices `[K, M]` and `[K, N]`. ONNX Runtime's product
 * would transpose `a` anew for every block of columns: faster is to transpose
 * one factor before it, and the result where that is `b`, whichever moves less.
 */
export function crossProduct(
  model: ModelBuilder,
  [a, b]: readonly [Value, Value],
  [k, m, n]: readonly [number, number, number],
): Value {
  if (Math.min(k, m, n) < WIDE) {
    return model.op("Gemm", [a, b], { transA: 1, transB: 0 });
  }
  return k * m <= k * n + m * n
    ? turnedProduct(model, [a, b], [k, m, n])
    : once(model, flip(model, turnedProduct(model, [b, a], [k, n, m])), [m, n]);
}

/** Writes `a^T b`; the axis of length 1 keeps ONNX Runtime from fusing both. */
function turnedProduct(
  model: ModelBuilder,
  [a, b]: readonly [Value, Value],
  [k, m, n]: readonly [number, number, number],
): Value {
  const rows = model.op("Reshape", [flip(model, a), model.ints([1, m, k])]);
  return model.op("Reshape", [
    model.op("MatMul", [rows, b]),
    model.ints([m, n]),
  ]);
}

function flip(model: ModelBuilder, x: Value): Value {
  return model.op("Transpose", [x], { perm: [1, 0] });
}

/** `x` unchanged; ONNX Runtime would repeat a `Transpose` for each reader. */
function once(
  model: ModelBuilder,
  x: Value,
  shape: readonly number[],
): Value {
  const flat = model.op("Flatten", [x], { axis: 0 });
  return model.op("Reshape", [flat, model.ints(shape)]);
}
