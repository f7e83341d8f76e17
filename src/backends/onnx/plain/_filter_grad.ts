/**
 * The gradient of a convolution by its filter: a matrix product over all
 * windows, written in the way that moves the least memory for its shape.
 *
 * @module
 */
import { largestDivisor } from "../largest_divisor.ts";
import type { Call } from "../lowering.ts";
import type { Value } from "../model_builder.ts";
import { type Geometry, shifted } from "./_filter_grad_shifted.ts";
import { batchedProduct } from "./_product.ts";

type FilterGradCall = Call<"conv2dFilterGrad">;

/** Fewer channels than this, and rows of windows are gathered instead. */
const NARROW = 8;

/** Writes the gradient of a convolution by its filter. */
export function lowerConv2dFilterGrad(call: FilterGradCall): Value {
  const g = geometryOf(call);
  const { kh, kw, stride, padding } = g;
  if (!call.device.fusedMatMul) return channelsLast(g);
  if (kh === 1 && kw === 1 && padding === 0) return pointwise(g);
  const keepsSize = stride === 1 && kh === 2 * padding + 1 && kh === kw;
  if (keepsSize) return shifted(g);
  if (g.channels < NARROW) return gathered(g);
  return channelsLast(g);
}

/** A 1x1 filter sees each cell once: no window needs to be copied. */
function pointwise(g: Geometry): Value {
  const { model, batch, channels, filters, rows, columns, stride } = g;
  const cells = stride === 1 ? g.x : model.op("Slice", [
    g.x,
    model.ints([0, 0]),
    model.ints([(rows - 1) * stride + 1, (columns - 1) * stride + 1]),
    model.ints([2, 3]),
    model.ints([stride, stride]),
  ]);
  const area = rows * columns;
  const x = model.op("Reshape", [cells, model.ints([batch, channels, area])]);
  const dy = model.op("Reshape", [g.dy, model.ints([batch, filters, area])]);
  // The product runs faster with the larger side first.
  const product = filters >= channels
    ? batchedProduct(model, dy, x)
    : model.op("Transpose", [batchedProduct(model, x, dy)], { perm: [1, 0] });
  return model.op("Reshape", [
    product,
    model.ints([filters, channels, 1, 1]),
  ]);
}

/**
 * Columns of the window by strided slices, rows by gathering whole lines, in
 * blocks of lines short enough that a factor stays in the cache.
 */
function gathered(g: Geometry): Value {
  const { model, batch, channels, filters, kh, kw, rows, columns, stride } = g;
  const block = largestDivisor(rows, Math.max(1, Math.floor(2048 / columns)));
  const blocks = rows / block;
  const padded = padImage(g, [2, 3]);
  const height = kh + (rows - 1) * stride;
  const byColumn = Array.from({ length: kw }, (_, column) =>
    model.op("Slice", [
      padded,
      model.ints([0, column]),
      model.ints([height, column + (columns - 1) * stride + 1]),
      model.ints([2, 3]),
      model.ints([1, stride]),
    ]));
  const planes = kw * channels;
  const lines = model.op("Reshape", [
    model.op("Concat", byColumn, { axis: 1 }),
    model.ints([batch * planes * height, columns]),
  ]);
  const order: number[] = [];
  for (let image = 0; image < batch; image++) {
    for (let first = 0; first < rows; first += block) {
      for (let row = 0; row < kh; row++) {
        for (let plane = 0; plane < planes; plane++) {
          const top = (image * planes + plane) * height + row;
          for (let i = first; i < first + block; i++) {
            order.push(top + i * stride);
          }
        }
      }
    }
  }
  const windows = model.op("Reshape", [
    model.op("Gather", [lines, model.indices(order)], { axis: 0 }),
    model.ints([batch * blocks, kh * planes, block * columns]),
  ]);
  const split = model.ints([batch, filters, blocks, block * columns]);
  const cotangent = model.op("Reshape", [
    model.op("Transpose", [model.op("Reshape", [g.dy, split])], {
      perm: [0, 2, 1, 3],
    }),
    model.ints([batch * blocks, filters, block * columns]),
  ]);
  return model.op("Transpose", [
    model.op("Reshape", [
      batchedProduct(model, windows, cotangent),
      model.ints([kh, kw, channels, filters]),
    ]),
  ], { perm: [3, 2, 0, 1] });
}

/** A matrix of windows, channels last; right for every geometry. */
function channelsLast(g: Geometry): Value {
  const { model, batch, channels, filters, kh, kw, rows, columns, stride } = g;
  const last = { perm: [0, 2, 3, 1] };
  const padded = padImage(
    { ...g, x: model.op("Transpose", [g.x], last) },
    [1, 2],
  );
  const taps: Value[] = [];
  for (let row = 0; row < kh; row++) {
    for (let column = 0; column < kw; column++) {
      taps.push(model.op("Slice", [
        padded,
        model.ints([row, column]),
        model.ints([
          row + (rows - 1) * stride + 1,
          column + (columns - 1) * stride + 1,
        ]),
        model.ints([1, 2]),
        model.ints([stride, stride]),
      ]));
    }
  }
  const area = batch * rows * columns;
  const windows = model.op("Reshape", [
    model.op("Concat", taps, { axis: 3 }),
    model.ints([area, kh * kw * channels]),
  ]);
  const cotangent = model.op("Reshape", [
    model.op("Transpose", [g.dy], last),
    model.ints([area, filters]),
  ]);
  return model.op("Transpose", [
    model.op("Reshape", [
      model.op("Gemm", [cotangent, windows], { transA: 1 }),
      model.ints([filters, kh, kw, channels]),
    ]),
  ], { perm: [0, 3, 1, 2] });
}

function padImage(
  { model, x, padding }: Geometry,
  axes: readonly [number, number],
): Value {
  if (padding === 0) return x;
  const before = [0, 1, 2, 3].map((axis) => axes.includes(axis) ? padding : 0);
  return model.op("Pad", [x, model.ints([...before, ...before])]);
}

function geometryOf(
  { model, inputs: [x, dy], shapes, attributes }: FilterGradCall,
): Geometry {
  const [batch, channels] = shapes[0] as number[];
  const [, filters, rows, columns] = shapes[1] as number[];
  const { stride, padding, kernelSize: [kh, kw] } = attributes;
  return {
    model,
    x: x!,
    dy: dy!,
    batch: batch!,
    channels: channels!,
    filters: filters!,
    kh,
    kw,
    rows: rows!,
    columns: columns!,
    stride,
    padding,
  };
}
