/**
 * Shape rules of the sliding windows: convolution, max-pool and their gradients.
 *
 * @module
 */
import { OptionError, ShapeError } from "../core/errors.ts";
import type {
  Conv2dFilterGradOptions,
  Conv2dInputGradOptions,
  MaxPool2dOptions,
  Shape,
  WindowOptions,
} from "./backend.ts";
import { sameShape } from "./_shape.ts";

/** Shape of `conv2d(x, w, options)`; `bias` is that tensor's shape. */
export function conv2dShape(
  x: Shape,
  w: Shape,
  options: WindowOptions,
  bias?: Shape,
): Shape {
  const fn = "conv2d";
  requireWindow(fn, options);
  requireRank4(fn, "x", "[B, C, H, W]", x);
  const [batch, channels, height, width] = x;
  if (w.length !== 4 || w[1] !== channels || !positive(w[2]!, w[3]!)) {
    throw new ShapeError(fn, "w", `[O, ${channels}, kh, kw]`, w);
  }
  const [filters, , kernelHeight, kernelWidth] = w;
  if (bias !== undefined && (bias.length !== 1 || bias[0] !== filters)) {
    throw new ShapeError(fn, "bias", `[${filters}]`, bias);
  }
  const rows = windowCount(height!, kernelHeight!, options);
  const columns = windowCount(width!, kernelWidth!, options);
  if (!positive(rows, columns)) {
    const wanted = `at least as large as the filter [${w}] once padded`;
    throw new ShapeError(fn, "x", wanted, x);
  }
  return [batch!, filters!, rows, columns];
}

/** Shape of `conv2dInputGrad(dy, w, options)`. */
export function conv2dInputGradShape(
  dy: Shape,
  w: Shape,
  options: Conv2dInputGradOptions,
): Shape {
  const fn = "conv2dInputGrad";
  requireWindow(fn, options);
  requireRank4(fn, "w", "[O, C, kh, kw]", w);
  const [filters, channels, kernelHeight, kernelWidth] = w;
  const [height, width] = options.inputSize;
  const rows = windowCount(height, kernelHeight!, options);
  const columns = windowCount(width, kernelWidth!, options);
  const fits = dy.length === 4 && dy[1] === filters && dy[2] === rows &&
    dy[3] === columns;
  if (!fits) {
    throw new ShapeError(fn, "dy", `[B, ${filters}, ${rows}, ${columns}]`, dy);
  }
  return [dy[0]!, channels!, height, width];
}

/** Shape of `conv2dFilterGrad(x, dy, options)`. */
export function conv2dFilterGradShape(
  x: Shape,
  dy: Shape,
  options: Conv2dFilterGradOptions,
): Shape {
  const fn = "conv2dFilterGrad";
  requireWindow(fn, options);
  requireRank4(fn, "x", "[B, C, H, W]", x);
  const [batch, channels, height, width] = x;
  const [kernelHeight, kernelWidth] = options.kernelSize;
  const rows = windowCount(height!, kernelHeight, options);
  const columns = windowCount(width!, kernelWidth, options);
  const fits = dy.length === 4 && dy[0] === batch && dy[2] === rows &&
    dy[3] === columns;
  if (!fits) {
    throw new ShapeError(fn, "dy", `[${batch}, O, ${rows}, ${columns}]`, dy);
  }
  return [dy[1]!, channels!, kernelHeight, kernelWidth];
}

/** Shape of `maxPool2d(x, options)`. */
export function maxPool2dShape(
  x: Shape,
  options: MaxPool2dOptions,
  fn: "maxPool2d" | "maxPool2dGrad" = "maxPool2d",
): Shape {
  const { kernelSize, padding } = options;
  requireWindow(fn, options);
  if (!Number.isInteger(kernelSize) || kernelSize < 1) {
    const wanted = "a whole number of at least 1";
    throw new OptionError(fn, "kernelSize", wanted, kernelSize);
  }
  // With more padding a window could hold nothing but padding.
  if (padding >= kernelSize) {
    const wanted = `less than "kernelSize", which is ${kernelSize}`;
    throw new OptionError(fn, "padding", wanted, padding);
  }
  requireRank4(fn, "x", "[B, C, H, W]", x);
  const [batch, channels, height, width] = x;
  const rows = windowCount(height!, kernelSize, options);
  const columns = windowCount(width!, kernelSize, options);
  if (!positive(rows, columns)) {
    const wanted = `at least as large as the window ${kernelSize} once padded`;
    throw new ShapeError(fn, "x", wanted, x);
  }
  return [batch!, channels!, rows, columns];
}

/** Shape of `maxPool2dGrad(x, dy, options)`. */
export function maxPool2dGradShape(
  x: Shape,
  dy: Shape,
  options: MaxPool2dOptions,
): Shape {
  const fn = "maxPool2dGrad";
  const expected = maxPool2dShape(x, options, fn);
  if (!sameShape(dy, expected)) {
    throw new ShapeError(fn, "dy", `[${expected}]`, dy);
  }
  return x;
}

/** Windows along one axis: `floor((length + 2 padding - kernel) / stride) + 1`. */
export function windowCount(
  length: number,
  kernel: number,
  { stride, padding }: WindowOptions,
): number {
  return Math.floor((length + 2 * padding - kernel) / stride) + 1;
}

function requireWindow(fn: string, { stride, padding }: WindowOptions): void {
  if (!Number.isInteger(stride) || stride < 1) {
    throw new OptionError(
      fn,
      "stride",
      "a whole number of at least 1",
      stride,
    );
  }
  if (!Number.isInteger(padding) || padding < 0) {
    const wanted = "a whole number of at least 0";
    throw new OptionError(fn, "padding", wanted, padding);
  }
}

function requireRank4(
  fn: string,
  param: string,
  letters: string,
  shape: Shape,
): void {
  if (shape.length !== 4) throw new ShapeError(fn, param, letters, shape);
}

function positive(a: number, b: number): boolean {
  return a >= 1 && b >= 1;
}
