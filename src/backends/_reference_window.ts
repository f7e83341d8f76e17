/**
 * Convolution, max-pool and their gradients on the reference backend.
 *
 * @module
 */
import type {
  Conv2dFilterGradOptions,
  Conv2dInputGradOptions,
  Conv2dOptions,
  MaxPool2dOptions,
  Shape,
  WindowOptions,
} from "./backend.ts";
import type { ReferenceTensor } from "./_reference_tensor.ts";
import { sizeOf } from "./_shape.ts";
import {
  conv2dFilterGradShape,
  conv2dInputGradShape,
  conv2dShape,
  maxPool2dGradShape,
  maxPool2dShape,
} from "./_window_shape.ts";

/** `y[b, o, i, j] = bias[o] + sum of w[o, c, u, v] x[b, c, i s + u - p, j s + v - p]`. */
export function referenceConv2d(
  x: ReferenceTensor,
  w: ReferenceTensor,
  options: Conv2dOptions<ReferenceTensor>,
): ReferenceTensor {
  const { bias, stride } = options;
  const shape = conv2dShape(x.shape, w.shape, options, bias?.shape);
  const data = new Float64Array(sizeOf(shape));
  const cells = shape[2]! * shape[3]!;
  if (bias !== undefined) {
    for (let i = 0; i < data.length; i++) {
      data[i] = bias.data[Math.floor(i / cells) % shape[1]!]!;
    }
  }
  forEachRun(x.shape, w.shape, shape, options, (iw, ix, iy, count) => {
    const weight = w.data[iw]!;
    for (let i = 0; i < count; i++) {
      data[iy + i]! += weight * x.data[ix + i * stride]!;
    }
  });
  return { shape, data };
}

/** `dx`: every product of the convolution, with `x` and `y` swapped. */
export function referenceConv2dInputGrad(
  dy: ReferenceTensor,
  w: ReferenceTensor,
  options: Conv2dInputGradOptions,
): ReferenceTensor {
  const { stride } = options;
  const shape = conv2dInputGradShape(dy.shape, w.shape, options);
  const data = new Float64Array(sizeOf(shape));
  forEachRun(shape, w.shape, dy.shape, options, (iw, ix, iy, count) => {
    const weight = w.data[iw]!;
    for (let i = 0; i < count; i++) {
      data[ix + i * stride]! += weight * dy.data[iy + i]!;
    }
  });
  return { shape, data };
}

/** `dw`: every product of the convolution, with `w` and `y` swapped. */
export function referenceConv2dFilterGrad(
  x: ReferenceTensor,
  dy: ReferenceTensor,
  options: Conv2dFilterGradOptions,
): ReferenceTensor {
  const { stride } = options;
  const shape = conv2dFilterGradShape(x.shape, dy.shape, options);
  const data = new Float64Array(sizeOf(shape));
  forEachRun(x.shape, shape, dy.shape, options, (iw, ix, iy, count) => {
    let total = 0;
    for (let i = 0; i < count; i++) {
      total += x.data[ix + i * stride]! * dy.data[iy + i]!;
    }
    data[iw]! += total;
  });
  return { shape, data };
}

/** Largest element of each window. */
export function referenceMaxPool2d(
  x: ReferenceTensor,
  options: MaxPool2dOptions,
): ReferenceTensor {
  const shape = maxPool2dShape(x.shape, options);
  const winners = windowWinners(x, shape, options);
  return { shape, data: Float64Array.from(winners, (i) => x.data[i]!) };
}

/** Each window's `dy`, added to the cell that won it. */
export function referenceMaxPool2dGrad(
  x: ReferenceTensor,
  dy: ReferenceTensor,
  options: MaxPool2dOptions,
): ReferenceTensor {
  const shape = maxPool2dGradShape(x.shape, dy.shape, options);
  const data = new Float64Array(sizeOf(shape));
  windowWinners(x, dy.shape, options).forEach((winner, i) => {
    data[winner]! += dy.data[i]!;
  });
  return { shape, data };
}

/**
 * Visits every product of a convolution, one run of output cells of a row at a
 * time: with weight `iw`, output cell `iy + i` meets input cell
 * `ix + i * stride`, for `i` in `0..count`. Runs leave the padding out.
 */
function forEachRun(
  x: Shape,
  w: Shape,
  y: Shape,
  options: WindowOptions,
  visit: (iw: number, ix: number, iy: number, count: number) => void,
): void {
  const { stride, padding } = options;
  const [batch, channels, height, width] = x as Rank4;
  const [filters, , kernelHeight, kernelWidth] = w as Rank4;
  const [, , rows, columns] = y as Rank4;
  for (let v = 0; v < kernelWidth; v++) {
    const [first, end] = insideRange(width, columns, v, options);
    if (first >= end) continue;
    const column = first * stride + v - padding;
    for (let u = 0; u < kernelHeight; u++) {
      const [top, bottom] = insideRange(height, rows, u, options);
      for (let b = 0; b < batch; b++) {
        for (let o = 0; o < filters; o++) {
          for (let c = 0; c < channels; c++) {
            const iw = ((o * channels + c) * kernelHeight + u) * kernelWidth +
              v;
            for (let row = top; row < bottom; row++) {
              const inputRow = row * stride + u - padding;
              const ix = ((b * channels + c) * height + inputRow) * width +
                column;
              const iy = ((b * filters + o) * rows + row) * columns + first;
              visit(iw, ix, iy, end - first);
            }
          }
        }
      }
    }
  }
}

/** Output places `[first, end)` at which kernel place `tap` lies on the input. */
function insideRange(
  length: number,
  count: number,
  tap: number,
  { stride, padding }: WindowOptions,
): [number, number] {
  const first = Math.max(0, Math.ceil((padding - tap) / stride));
  const last = Math.floor((length - 1 + padding - tap) / stride);
  return [first, Math.min(count, last + 1)];
}

/** For each window the place in `x` of its largest element, the first on a tie. */
function windowWinners(
  x: ReferenceTensor,
  y: Shape,
  { kernelSize, stride, padding }: MaxPool2dOptions,
): Int32Array {
  const [batch, channels, height, width] = x.shape as Rank4;
  const [, , rows, columns] = y as Rank4;
  const winners = new Int32Array(sizeOf(y));
  for (let map = 0, i = 0; map < batch * channels; map++) {
    for (let row = 0; row < rows; row++) {
      const top = row * stride - padding;
      for (let column = 0; column < columns; column++, i++) {
        const left = column * stride - padding;
        let winner = -1;
        for (
          let u = Math.max(0, top);
          u < Math.min(height, top + kernelSize);
          u++
        ) {
          for (
            let v = Math.max(0, left);
            v < Math.min(width, left + kernelSize);
            v++
          ) {
            const cell = (map * height + u) * width + v;
            if (winner < 0 || x.data[cell]! > x.data[winner]!) winner = cell;
          }
        }
        winners[i] = winner;
      }
    }
  }
  return winners;
}

type Rank4 = readonly [number, number, number, number];
