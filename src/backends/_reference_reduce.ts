/**
 * Reductions and the matrix product of the reference backend.
 *
 * @module
 */
import type { MatMulOptions } from "./backend.ts";
import { broadcastStrides, offsetsOf } from "./_reference_tensor.ts";
import type { ReferenceTensor } from "./_reference_tensor.ts";
import {
  argMaxShape,
  matMulShape,
  reduceShape,
  sizeOf,
  softmaxShape,
} from "./_shape.ts";

/** Sum over `axes`. */
export function referenceSum(
  x: ReferenceTensor,
  axes: readonly number[],
): ReferenceTensor {
  const shape = reduceShape("sum", x.shape, axes);
  const offsets = offsetsOf(x.shape, broadcastStrides(shape, x.shape));
  const data = new Float64Array(sizeOf(shape));
  x.data.forEach((value, i) => data[offsets[i]!]! += value);
  return { shape, data };
}

/** Largest element over `axes`. */
export function referenceMax(
  x: ReferenceTensor,
  axes: readonly number[],
): ReferenceTensor {
  const shape = reduceShape("max", x.shape, axes);
  const offsets = offsetsOf(x.shape, broadcastStrides(shape, x.shape));
  const data = new Float64Array(sizeOf(shape)).fill(-Infinity);
  x.data.forEach((value, i) => {
    data[offsets[i]!] = Math.max(data[offsets[i]!]!, value);
  });
  return { shape, data };
}

/** Softmax over the last axis. */
export function referenceSoftmax(x: ReferenceTensor): ReferenceTensor {
  const shape = softmaxShape(x.shape);
  const rows = rowsOf(x).map((row) => {
    const largest = row.reduce((a, b) => Math.max(a, b), -Infinity);
    const exps = row.map((value) => Math.exp(value - largest));
    const total = exps.reduce((a, b) => a + b, 0);
    return exps.map((value) => value / total);
  });
  return { shape, data: Float64Array.from(rows.flatMap((row) => [...row])) };
}

/** Index of the largest element of the last axis, the lowest on a tie. */
export function referenceArgMax(x: ReferenceTensor): ReferenceTensor {
  const shape = argMaxShape(x.shape);
  const indices = rowsOf(x).map((row) =>
    row.reduce((best, value, i) => value > row[best]! ? i : best, 0)
  );
  return { shape, data: Float64Array.from(indices) };
}

/** Product over the last two axes. */
export function referenceMatMul(
  a: ReferenceTensor,
  b: ReferenceTensor,
  options: MatMulOptions = {},
): ReferenceTensor {
  const shape = matMulShape(a.shape, b.shape, options);
  const [rows, columns] = shape.slice(-2) as [number, number];
  const inner = a.shape.at(options.transposeA ? -2 : -1)!;
  const [aRow, aInner] = options.transposeA ? [1, rows] : [inner, 1];
  const [bInner, bColumn] = options.transposeB ? [1, inner] : [columns, 1];
  const batches = sizeOf(shape.slice(0, -2));
  const data = new Float64Array(sizeOf(shape));
  for (let batch = 0, i = 0; batch < batches; batch++) {
    const aStart = batch * rows * inner;
    const bStart = batch * inner * columns;
    for (let m = 0; m < rows; m++) {
      for (let n = 0; n < columns; n++, i++) {
        let total = 0;
        for (let k = 0; k < inner; k++) {
          total += a.data[aStart + m * aRow + k * aInner]! *
            b.data[bStart + k * bInner + n * bColumn]!;
        }
        data[i] = total;
      }
    }
  }
  return { shape, data };
}

function rowsOf({ shape, data }: ReferenceTensor): Float64Array[] {
  const length = shape.at(-1)!;
  const count = sizeOf(shape.slice(0, -1));
  return Array.from(
    { length: count },
    (_, row) => data.subarray(row * length, (row + 1) * length),
  );
}
