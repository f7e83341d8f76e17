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
 * @param options Mean and standard deviation, ImageNet's unless told.
 * @returns `[3, H, W]`, row-major, dimensionless.
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
  const cells = image.width * image.height;
  const out = new Float32Array(3 * cells);
  for (let c = 0; c < 3; c++) {
    const table = Float32Array.from(
      { length: 256 },
      (_, v) => (v / 255 - mean[c]!) / std[c]!,
    );
    for (let n = 0, i = c; n < cells; n++, i += 3) {
      out[c * cells + n] = table[image.data[i]!]!;
    }
  }
  return out;
}
