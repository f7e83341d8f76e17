/**
 * Operations of the reference backend that only move elements.
 *
 * @module
 */
import { OptionError } from "../core/errors.ts";
import type { Shape } from "./backend.ts";
import { broadcastStrides, offsetsOf } from "./_reference_tensor.ts";
import type { ReferenceTensor } from "./_reference_tensor.ts";
import {
  broadcastToShape,
  concatShape,
  gatherShape,
  padShape,
  reshapeShape,
  sizeOf,
  sliceShape,
  stridesOf,
  transposeShape,
} from "./_shape.ts";

/** The same elements under another shape. */
export function referenceReshape(
  x: ReferenceTensor,
  shape: Shape,
): ReferenceTensor {
  return { shape: reshapeShape(x.shape, shape), data: x.data };
}

/** Axis `i` of the result is axis `permutation[i]` of `x`. */
export function referenceTranspose(
  x: ReferenceTensor,
  permutation: readonly number[],
): ReferenceTensor {
  const shape = transposeShape(x.shape, permutation);
  const strides = stridesOf(x.shape);
  return view(x, shape, permutation.map((axis) => strides[axis]!), 0);
}

/** The block that starts at `begin` and has shape `size`. */
export function referenceSlice(
  x: ReferenceTensor,
  begin: readonly number[],
  size: readonly number[],
): ReferenceTensor {
  const shape = sliceShape(x.shape, begin, size);
  const strides = stridesOf(x.shape);
  return view(x, shape, strides, startOf(begin, strides));
}

/** `xs` one behind the other along `axis`. */
export function referenceConcat(
  xs: readonly ReferenceTensor[],
  axis: number,
): ReferenceTensor {
  const shape = concatShape(xs.map((x) => x.shape), axis);
  const data = new Float64Array(sizeOf(shape));
  let before = 0;
  for (const x of xs) {
    const begin = shape.map((_, i) => i === axis ? before : 0);
    writeBlock(data, shape, begin, x);
    before += x.shape[axis]!;
  }
  return { shape, data };
}

/** Zeros around `x`. */
export function referencePad(
  x: ReferenceTensor,
  paddings: readonly (readonly [number, number])[],
): ReferenceTensor {
  const shape = padShape(x.shape, paddings);
  const data = new Float64Array(sizeOf(shape));
  writeBlock(data, shape, paddings.map(([before]) => before), x);
  return { shape, data };
}

/** `x` repeated along axes of length 1. */
export function referenceBroadcastTo(
  x: ReferenceTensor,
  target: Shape,
): ReferenceTensor {
  const shape = broadcastToShape(x.shape, target);
  return view(x, shape, broadcastStrides(x.shape, shape), 0);
}

/** Rows of `x` along axis 0. */
export function referenceGather(
  x: ReferenceTensor,
  indices: ReferenceTensor,
): ReferenceTensor {
  const shape = gatherShape(x.shape, indices.shape);
  const rows = x.shape[0]!;
  const rowSize = sizeOf(x.shape.slice(1));
  const data = new Float64Array(sizeOf(shape));
  indices.data.forEach((row, i) => {
    if (!Number.isInteger(row) || row < 0 || row >= rows) {
      const wanted = `whole numbers from 0 to ${rows - 1}`;
      throw new OptionError("gather", "indices", wanted, row);
    }
    data.set(x.data.subarray(row * rowSize, (row + 1) * rowSize), i * rowSize);
  });
  return { shape, data };
}

function view(
  x: ReferenceTensor,
  shape: Shape,
  strides: readonly number[],
  start: number,
): ReferenceTensor {
  const offsets = offsetsOf(shape, strides, start);
  return { shape, data: Float64Array.from(offsets, (i) => x.data[i]!) };
}

function writeBlock(
  data: Float64Array,
  shape: Shape,
  begin: readonly number[],
  block: ReferenceTensor,
): void {
  const strides = stridesOf(shape);
  const offsets = offsetsOf(block.shape, strides, startOf(begin, strides));
  block.data.forEach((value, i) => data[offsets[i]!] = value);
}

function startOf(
  begin: readonly number[],
  strides: readonly number[],
): number {
  return begin.reduce(
    (start, first, axis) => start + first * strides[axis]!,
    0,
  );
}
