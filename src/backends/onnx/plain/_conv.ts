import type { Call } from "../lowering.ts";
import type { Value } from "../model_builder.ts";

/** Writes a convolution. */
export function lowerConv2d(
  { model, inputs, shapes, attributes: { stride, padding } }: Call<"conv2d">,
): Value {
  return model.op("Conv", inputs, {
    kernel_shape: shapes[1]!.slice(2),
    strides: [stride, stride],
    pads: [padding, padding, padding, padding],
  });
}

/** Writes the gradient of a convolution by its input. */
export function lowerConv2dInputGrad(call: Call<"conv2dInputGrad">): Value {
  const { stride, padding } = call.attributes;
  const [kh, kw] = call.shapes[1]!.slice(2) as [number, number];
  return stride === 1 && padding < kh && padding < kw
    ? convolveTransposed(call)
    : transposeConvolved(call);
}

/** At stride 1 a convolution with turned filters, which runs faster. */
function convolveTransposed(
  { model, inputs: [dy, w], shapes, attributes: { padding } }: Call<
    "conv2dInputGrad"
  >,
): Value {
  const [filters, channels, kh, kw] = shapes[1] as number[];
  const taps = kh! * kw!;
  const turned = Array.from({ length: taps }, (_, i) => taps - 1 - i);
  const swapped = model.op("Transpose", [w!], { perm: [1, 0, 2, 3] });
  const filter = taps === 1 ? swapped : model.op("Reshape", [
    model.op("Gather", [
      model.op("Reshape", [swapped, model.ints([channels!, filters!, taps])]),
      model.indices(turned),
    ], { axis: 2 }),
    model.ints([channels!, filters!, kh!, kw!]),
  ]);
  const [rows, columns] = [kh! - 1 - padding, kw! - 1 - padding];
  return model.op("Conv", [dy!, filter], {
    kernel_shape: [kh!, kw!],
    strides: [1, 1],
    pads: [rows, columns, rows, columns],
  });
}

function transposeConvolved(
  { model, inputs, shapes, shape, attributes }: Call<"conv2dInputGrad">,
): Value {
  const { stride, padding } = attributes;
  const [kh, kw] = shapes[1]!.slice(2) as [number, number];
  return model.op("ConvTranspose", inputs, {
    kernel_shape: [kh, kw],
    strides: [stride, stride],
    pads: [padding, padding, padding, padding],
    // Rows and columns that the last window did not reach.
    output_padding: [
      (shape[2]! + 2 * padding - kh) % stride,
      (shape[3]! + 2 * padding - kw) % stride,
    ],
  });
}
