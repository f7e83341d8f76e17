import type { Shape } from "../../backend.ts";
import type { ModelBuilder, Value } from "../model_builder.ts";

/** How {@linkcode gatherRows} reads and what it gives. */
export interface RowGather {
  /** Floats of a row. */
  readonly length: number;
  /** Rows that there are. */
  readonly count: number;
  /** Which rows, in the order of the result; `count` is a row of `fill`. */
  readonly order: Int32Array;
  /** 0 by default. */
  readonly fill?: number;
  /** Shape of the result. */
  readonly shape: Shape;
}

/** Copies rows of equal length into another order. */
export function gatherRows(
  model: ModelBuilder,
  x: Value,
  { length, count, order, shape, fill = 0 }: RowGather,
): Value {
  const rows = reshape(model, x, [count, length]);
  const padded = order.includes(count)
    ? model.op("Pad", [rows, model.ints([0, 0, 1, 0]), model.scalar(fill)])
    : rows;
  const gathered = model.op("Gather", [padded, model.indices(order)], {
    axis: 0,
  });
  return reshape(model, gathered, shape);
}

/**
 * The rows that `place` gives for each index of `shape`, whose last axis runs
 * fastest.
 */
export function rowOrder(
  shape: Shape,
  place: (...index: number[]) => number,
): Int32Array {
  const order = new Int32Array(shape.reduce((a, b) => a * b, 1));
  const index = shape.map(() => 0);
  for (let i = 0; i < order.length; i++) {
    order[i] = place(...index);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]! += 1;
      if (index[axis]! < shape[axis]!) break;
      index[axis] = 0;
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
  attributes: Readonly<Record<string, number | readonly number[] | string>> =
    {},
): Value {
  return model.op(type, inputs, attributes, "com.microsoft.nchwc");
}

/** 0 to `count - 1`. */
export function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => i);
}
