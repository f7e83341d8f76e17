/**
 * Resizing exactly as Pillow up to 12.0.0 does it: features, and with them every
 * published number, depend on the filter more than on most methods.
 *
 * @module
 */

import { OptionError } from "../core/errors.ts";
import type { RgbImage } from "./rgb_image.ts";

/** For each output sample, which input samples count how much. */
interface Taps {
  /** First input sample of each output sample. */
  readonly start: Int32Array;
  /** How many input samples follow. */
  readonly count: Int32Array;
  /** Fixed-point weights, `stride` for each output sample. */
  readonly weights: Int32Array;
  /** Weights set aside for each output sample. */
  readonly stride: number;
}

/** Fraction bits of a weight; 8 for the value and 2 for the sum stay free in 32. */
const PRECISION_BITS = 22;

/**
 * Resizes with a triangle filter that widens when shrinking, equal to
 * `resize((width, height), Image.BILINEAR)` of Pillow up to 12.0.0 in every bit.
 *
 * Output column `x` is centred on `c = (x + 1/2) W / W'` and weighs input
 * column `i` by `max(0, 1 - |i + 1/2 - c| / max(1, W / W'))`, normalised to sum
 * 1 inside the picture. Columns are resized and rounded first, then rows. Pillow
 * 13.0.0 begins with the rows at some sizes, such as 375 × 500 to 256 × 256: since
 * it rounds in between, values there may differ by 1 of 255.
 *
 * @param image The picture.
 * @param size Columns and rows wanted, whole numbers of at least 1.
 * @returns A new picture; `image` itself where it has that size.
 * @throws {OptionError} If the size is not whole or below 1.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { resizeBilinear } from "@simsc/core/data";
 *
 * const data = Uint8Array.of(0, 0, 0, 100, 200, 50);
 * const image = { width: 2, height: 1, data, decoder: "none" };
 * const small = resizeBilinear(image, { width: 1, height: 1 });
 * deepStrictEqual(small.data, Uint8Array.of(50, 100, 25));
 * ```
 */
export function resizeBilinear(
  image: RgbImage,
  size: { readonly width: number; readonly height: number },
): RgbImage {
  for (const side of ["width", "height"] as const) {
    if (!Number.isSafeInteger(size[side]) || size[side] < 1) {
      throw new OptionError(
        "resizeBilinear",
        side,
        "a whole number of at least 1",
        size[side],
      );
    }
  }
  const { width, height } = size;
  if (width === image.width && height === image.height) return image;
  const columns = width === image.width ? image.data : resizeColumns(
    image.data,
    image.height,
    image.width,
    makeTaps(image.width, width),
  );
  const data = height === image.height
    ? columns
    : resizeRows(columns, width * 3, makeTaps(image.height, height));
  return { width, height, data, decoder: image.decoder };
}

/** Half of what a sum is shifted by: it rounds. */
const HALF = 1 << (PRECISION_BITS - 1);

function makeTaps(from: number, to: number): Taps {
  const scale = from / to;
  const support = Math.max(1, scale);
  const stride = Math.ceil(support) * 2 + 1;
  const start = new Int32Array(to);
  const count = new Int32Array(to);
  const weights = new Int32Array(to * stride);
  const exact = new Float64Array(stride);
  for (let o = 0; o < to; o++) {
    const center = (o + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - support + 0.5));
    const n = Math.min(from, Math.trunc(center + support + 0.5)) - first;
    let sum = 0;
    for (let k = 0; k < n; k++) {
      const distance = Math.abs((k + first - center + 0.5) * (1 / support));
      exact[k] = Math.max(0, 1 - distance);
      sum += exact[k]!;
    }
    for (let k = 0; k < n; k++) {
      const share = exact[k]! / sum;
      weights[o * stride + k] = Math.trunc(0.5 + share * 2 ** PRECISION_BITS);
    }
    start[o] = first;
    count[o] = n;
  }
  return { start, count, weights, stride };
}

function resizeColumns(
  data: Uint8Array,
  height: number,
  width: number,
  taps: Taps,
): Uint8Array {
  const { start, count, weights, stride } = taps;
  const to = start.length;
  const out = new Uint8Array(height * to * 3);
  for (let y = 0, o = 0; y < height; y++) {
    for (let x = 0, k = 0; x < to; x++, k += stride, o += 3) {
      const i = (y * width + start[x]!) * 3;
      const end = i + (count[x]! - 1) * 3;
      // Nearly all have two, which need no loop; of one, the second weighs 0.
      const j = Math.min(i + 3, end);
      const a = weights[k]!;
      const b = weights[k + 1]!;
      let red = Math.imul(data[i]!, a) + Math.imul(data[j]!, b);
      let green = Math.imul(data[i + 1]!, a) + Math.imul(data[j + 1]!, b);
      let blue = Math.imul(data[i + 2]!, a) + Math.imul(data[j + 2]!, b);
      for (let t = i + 6, w = k + 2; t <= end; t += 3, w++) {
        const weight = weights[w]!;
        red += Math.imul(data[t]!, weight);
        green += Math.imul(data[t + 1]!, weight);
        blue += Math.imul(data[t + 2]!, weight);
      }
      out[o] = (red + HALF) >> PRECISION_BITS;
      out[o + 1] = (green + HALF) >> PRECISION_BITS;
      out[o + 2] = (blue + HALF) >> PRECISION_BITS;
    }
  }
  return out;
}

/** Walks whole rows, so that memory is read in order. */
function resizeRows(data: Uint8Array, row: number, taps: Taps): Uint8Array {
  const { start, count, weights, stride } = taps;
  const to = start.length;
  const out = new Uint8Array(to * row);
  const sums = new Int32Array(row);
  for (let y = 0; y < to; y++) {
    // The last two are added where the sum is written; of one, the first weighs 0.
    const last = count[y]! - 1;
    const tapRow = (k: number): Uint8Array =>
      data.subarray((start[y]! + k) * row, (start[y]! + k + 1) * row);
    sums.fill(HALF);
    for (let k = 0; k < last - 1; k++) {
      const weight = weights[y * stride + k]!;
      const tap = tapRow(k);
      for (let i = 0; i < tap.length; i++) {
        sums[i] = sums[i]! + Math.imul(tap[i]!, weight);
      }
    }
    const second = Math.max(0, last - 1);
    const a = last === 0 ? 0 : weights[y * stride + second]!;
    const b = weights[y * stride + last]!;
    const above = tapRow(second);
    const below = tapRow(last);
    const line = out.subarray(y * row, (y + 1) * row);
    for (let i = 0; i < line.length; i++) {
      line[i] = (sums[i]! + Math.imul(above[i]!, a) +
        Math.imul(below[i]!, b)) >> PRECISION_BITS;
    }
  }
  return out;
}
