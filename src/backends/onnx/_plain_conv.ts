import type { Call } from "./lowering.ts";
import type { Value } from "./_model.ts";

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
export function lowerConv2dInputGrad(
  { model, inputs, shapes, shape, attributes }: Call<"conv2dInputGrad">,
): Value {
  const { stride, padding } = attributes;
  const [kh, kw] = shapes[1]!.slice(2) as [number, number];
  return model.op("ConvTranspose", inputs, {
    kernel_shape: [kh, kw],
    strides: [stride, stride],
    pads: [padding, padding, padding, padding],
    output_padding: [
      (shape[2]! + 2 * padding - kh) % stride,
      (shape[3]! + 2 * padding - kw) % stride,
    ],
  });
}

/** Writes the gradient of a convolution by its filter. */
export function lowerConv2dFilterGrad(
  { model, inputs: [x, dy], shapes, shape, attributes }: Call<
    "conv2dFilterGrad"
  >,
): Value {
  const { stride, padding: p, kernelSize: [kh, kw] } = attributes;
  const [batch, filters, rows, columns] = shapes[1] as number[];
  const channels = shape[1]!;
  // Channels last: a row of the product is one window, its columns (tap, channel).
  const channelsLast = { perm: [0, 2, 3, 1] };
  const image = model.op("Transpose", [x!], channelsLast);
  const padded = p === 0
    ? image
    : model.op("Pad", [image, model.ints([0, p, p, 0, 0, p, p, 0])]);
  const taps: Value[] = [];
  for (let row = 0; row < kh; row++) {
    for (let column = 0; column < kw; column++) {
      taps.push(model.op("Slice", [
        padded,
        model.ints([row, column]),
        model.ints([
          row + (rows! - 1) * stride + 1,
          column + (columns! - 1) * stride + 1,
        ]),
        model.ints([1, 2]),
        model.ints([stride, stride]),
      ]));
    }
  }
  const windows = model.op("Reshape", [
    model.op("Concat", taps, { axis: 3 }),
    model.ints([batch! * rows! * columns!, kh * kw * channels]),
  ]);
  const cotangent = model.op("Reshape", [
    model.op("Transpose", [dy!], channelsLast),
    model.ints([batch! * rows! * columns!, filters!]),
  ]);
  const product = model.op("Gemm", [cotangent, windows], { transA: 1 });
  return model.op("Transpose", [
    model.op("Reshape", [
      product,
      model.ints([filters!, kh, kw, channels]),
    ]),
  ], { perm: [0, 3, 1, 2] });
}
