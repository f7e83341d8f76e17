import type { Shape } from "../../backend.ts";
import type { Attributes, ModelBuilder, Value } from "../model_builder.ts";

/** How {@linkcode gatherRows} reads and what it gives. */
export interface RowGather {
  /** Floats of a row. */
  readonly length: number;
  /** Rows that there are. */
  readonly count: number;
  /** Which rows, in the order of the result; `count` is a row of zeros. */
  readonly order: Int32Array;
  /** Shape of the result. */
  readonly shape: Shape;
}

/** Copies rows of equal length into another order. */
export function gatherRows(
  model: ModelBuilder,
  x: Value,
  { length, count, order, shape }: RowGather,
): Value {
  const rows = reshape(model, x, [count, length]);
  const beyond = () => model.floats(new Float32Array(length), [1, length]);
  // Joining uses all threads, padding one.
  const padded = order.includes(count)
    ? model.op("Concat", [rows, beyond()], { axis: 0 })
    : rows;
  const gathered = model.op("Gather", [padded, model.indices(order)], {
    axis: 0,
  });
  return reshape(model, gathered, shape);
}

/** A place along each of seven axes, 0 along those that there are not. */
type Index = [number, number, number, number, number, number, number];

/**
 * The rows that `place` gives for each index of `shape`, at most seven axes,
 * the last of which runs fastest.
 */
export function rowOrder(
  shape: Shape,
  place: (...index: Index) => number,
): Int32Array {
  const order = new Int32Array(shape.reduce((a, b) => a * b, 1));
  const at: Index = [0, 0, 0, 0, 0, 0, 0];
  const last = shape.length - 1;
  for (let row = 0; row < order.length;) {
    for (at[last] = 0; at[last]! < shape[last]!; at[last]! += 1) {
      // Spelt out: to spread an index takes longer than to find its place.
      order[row++] = place(at[0], at[1], at[2], at[3], at[4], at[5], at[6]);
    }
    for (let axis = last - 1; axis >= 0; axis--) {
      at[axis]! += 1;
      if (at[axis]! < shape[axis]!) break;
      at[axis] = 0;
    }
  }
  return order;
}

/** The same memory under another shape. */
export function reshape(
  model: ModelBuilder,
  x: Value,
  shape: Shape,
): Value {
  return model.op("Reshape", [x, model.ints(shape)]);
}

/** An operator of ONNX Runtime's blocked layout. */
export function blockedOp(
  model: ModelBuilder,
  type: string,
  inputs: readonly Value[],
  attributes: Attributes = {},
): Value {
  return model.op(type, inputs, attributes, "com.microsoft.nchwc");
}

/**
 * Transposes small matrices of `length` rows, a block's length of columns:
 * `[count][length / L][L][L]`, each last two axes swapped, which is what
 * reordering does where rows stand for channels.
 */
export function transposedBlocks(
  model: ModelBuilder,
  x: Value,
  [count, length, block]: readonly [number, number, number],
): Value {
  return blockedOp(model, "ReorderInput", [
    reshape(model, x, [count, length, block, 1]),
  ]);
}

/** 0 to `count - 1`. */
export function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => i);
}
