import { sizeOf } from "../../_shape.ts";
import type { Shape } from "../../backend.ts";
import type { Call } from "../lowering.ts";
import type { Value } from "../model_builder.ts";
import { sumRows } from "../sum_rows.ts";

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
