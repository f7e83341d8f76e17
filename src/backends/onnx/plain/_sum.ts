import { sizeOf } from "../../_shape.ts";
import type { Shape } from "../../backend.ts";
import type { Call } from "../lowering.ts";
import type { ModelBuilder, Value } from "../model_builder.ts";

/** Writes a sum over some axes. */
export function lowerSum(
  { model, device, inputs: [x], shapes: [of], shape, attributes: { axes } }:
    Call<"sum">,
): Value {
  const rows = leadingSize(of!, axes);
  const columns = sizeOf(shape);
  if (!device.fastProducts || rows === undefined || columns === 1) {
    return model.op("ReduceSum", [x!, model.ints(axes)]);
  }
  const matrix = model.op("Reshape", [x!, model.ints([rows, columns])]);
  return model.op("Reshape", [sumRows(model, matrix, rows), model.ints(shape)]);
}

/**
 * Writes the sum of the rows of a matrix as `[1, columns]`: a product with ones,
 * which ONNX Runtime's own kernels do several times faster than a sum over the
 * first axis, and which rounds less.
 */
export function sumRows(model: ModelBuilder, x: Value, rows: number): Value {
  const ones = model.op("Expand", [model.scalar(1), model.ints([1, rows])]);
  return model.op("MatMul", [ones, x]);
}

/** Elements that a sum over `axes` adds, if these are all the first ones. */
function leadingSize(
  shape: Shape,
  axes: readonly number[],
): number | undefined {
  const last = Math.max(...axes);
  const isLeading = shape.every((length, axis) =>
    axis > last || length === 1 || axes.includes(axis)
  );
  return isLeading ? sizeOf(shape.slice(0, last + 1)) : undefined;
}
