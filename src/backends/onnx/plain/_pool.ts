import type { MaxPool2dOptions } from "../../backend.ts";
import { sizeOf } from "../../_shape.ts";
import type { Call } from "../lowering.ts";
import {
  elementType,
  type ModelBuilder,
  type Value,
} from "../model_builder.ts";
import { interleave } from "./_interleave.ts";

/** Writes a max-pool, with indices where its gradient is wanted too. */
export function lowerMaxPool2d(
  { model, device, inputs: [x], attributes, sharesInput }: Call<"maxPool2d">,
): Value {
  return device.poolIndices && sharesInput("maxPool2dGrad")
    ? poolWithIndices(model, x!, attributes).values
    : model.op("MaxPool", [x!], poolAttributes(attributes));
}

/** Writes the gradient of a max-pool; the first of equal cells gets it all. */
export function lowerMaxPool2dGrad(call: Call<"maxPool2dGrad">): Value {
  return call.device.poolIndices ? scatter(call) : mask(call);
}

function scatter(
  { model, inputs: [x, dy], attributes, shape }: Call<"maxPool2dGrad">,
): Value {
  const flat = model.ints([-1]);
  const { indices } = poolWithIndices(model, x!, attributes);
  const zeros = model.op("Expand", [
    model.floats(Float32Array.of(0), [1]),
    model.ints([sizeOf(shape)]),
  ]);
  const sums = model.op("ScatterElements", [
    zeros,
    model.op("Reshape", [indices, flat]),
    model.op("Reshape", [dy!, flat]),
  ], { axis: 0, reduction: "add" });
  return model.op("Reshape", [sums, model.ints(shape)]);
}

function mask(
  { model, inputs: [x, dy], shapes, attributes, shape }: Call<"maxPool2dGrad">,
): Value {
  const { kernelSize: k, stride, padding: p } = attributes;
  const [, , rows, columns] = shapes[1] as [number, number, number, number];
  const y = model.op("MaxPool", [x!], poolAttributes(attributes));
  const padded = p === 0 ? x! : model.op("Pad", [
    x!,
    model.ints([0, 0, p, p, 0, 0, p, p]),
    model.scalar(-Infinity),
  ]);
  let free: Value | undefined;
  const taps: { row: number; column: number; value: Value }[] = [];
  for (let row = 0; row < k; row++) {
    for (let column = 0; column < k; column++) {
      const cells = model.op("Slice", [
        padded,
        model.ints([row, column]),
        model.ints([
          row + (rows - 1) * stride + 1,
          column + (columns - 1) * stride + 1,
        ]),
        model.ints([2, 3]),
        model.ints([stride, stride]),
      ]);
      const equal = model.op("Cast", [model.op("Equal", [cells, y])], {
        to: elementType.float,
      });
      const first = free === undefined ? equal : model.op("Mul", [equal, free]);
      free = model.op("Sub", [free ?? model.scalar(1), first]);
      taps.push({ row, column, value: model.op("Mul", [first, dy!]) });
    }
  }
  return interleave(model, taps, {
    stride,
    offset: [p, p],
    window: shapes[1]!,
    shape,
  });
}

function poolWithIndices(
  model: ModelBuilder,
  x: Value,
  attributes: MaxPool2dOptions,
): { readonly values: Value; readonly indices: Value } {
  const [values, indices] = model.ops(
    2,
    "MaxPool",
    [x],
    poolAttributes(attributes),
  );
  return { values: values!, indices: indices! };
}

function poolAttributes(
  { kernelSize: k, stride: s, padding: p }: MaxPool2dOptions,
): Record<string, readonly number[]> {
  return { kernel_shape: [k, k], strides: [s, s], pads: [p, p, p, p] };
}
