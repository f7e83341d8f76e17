/**
 * From a picture to the numbers a backbone reads.
 *
 * @module
 */

import type { RgbImage } from "./rgb_image.ts";

/** Options of {@linkcode normalizeImage}. */
export interface NormalizeImageOptions {
  /** Subtracted from each channel of 0 to 1; ImageNet's by default. */
  readonly mean?: readonly [r: number, g: number, b: number];
  /** Divides each channel; ImageNet's by default. */
  readonly std?: readonly [r: number, g: number, b: number];
  /** Where the numbers go; new planes of the picture's size by default. */
  readonly into?: ImagePlanes;
}

/** Three planes of numbers, at least as large as the picture they are for. */
export interface ImagePlanes {
  /** `[3, height, width]`, row-major; what lies beside the picture stays. */
  readonly data: Float32Array;
  /** Rows of a plane. */
  readonly height: number;
  /** Its columns. */
  readonly width: number;
}

/** Mean of ImageNet's channels, of 0 to 1. */
export const IMAGENET_MEAN = [0.485, 0.456, 0.406] as const;

/** Standard deviation of ImageNet's channels, of 0 to 1. */
export const IMAGENET_STD = [0.229, 0.224, 0.225] as const;

/**
 * Channels first and standardised:
 * `out[c, y, x] = (image[y, x, c] / 255 - mean[c]) / std[c]`.
 *
 * @param image The picture.
 * @param options Mean and standard deviation, ImageNet's unless told, and
 *   where to write.
 * @returns `[3, H, W]`, row-major, dimensionless; `into.data` where it is given.
 *
 * @example
 * ```ts
 * import { ok } from "node:assert/strict";
 * import { normalizeImage } from "@simsc/core/data";
 *
 * const data = Uint8Array.of(255, 0, 0);
 * const image = { width: 1, height: 1, data, decoder: "none" };
 * const [r] = normalizeImage(image);
 * ok(Math.abs(r! - (1 - 0.485) / 0.229) < 1e-6);
 * ```
 */
export function normalizeImage(
  image: RgbImage,
  options: NormalizeImageOptions = {},
): Float32Array {
  const { mean = IMAGENET_MEAN, std = IMAGENET_STD } = options;
  const { data, width, height } = image;
  const into = options.into ??
    { data: new Float32Array(3 * height * width), height, width };
  const [red, green, blue] = [0, 1, 2].map((c) =>
    new Float32Array(256).map((_, v) => (v / 255 - mean[c]!) / std[c]!)
  ) as [Float32Array, Float32Array, Float32Array];
  const out = into.data;
  const plane = into.height * into.width;
  for (let y = 0, i = 0; y < height; y++) {
    const end = y * into.width + width;
    for (let n = y * into.width; n < end; n++, i += 3) {
      out[n] = red[data[i]!]!;
      out[plane + n] = green[data[i + 1]!]!;
      out[2 * plane + n] = blue[data[i + 2]!]!;
    }
  }
  return out;
}
