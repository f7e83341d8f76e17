/**
 * Pictures at the size a model reads, with the way back to stored pixels.
 *
 * @module
 */

import { OptionError } from "../core/errors.ts";
import type { AsyncResult } from "../core/result.ts";
import type { DataError } from "../data/data_error.ts";
import { normalizeImage } from "../data/normalize_image.ts";
import { editPicture, type Picture, pictureKey } from "../data/picture_edit.ts";
import { readImage } from "../data/read_image.ts";
import { resizeBilinear } from "../data/resize_bilinear.ts";
import type { RgbImage } from "../data/rgb_image.ts";
import type { PixelSize } from "../data/scale_keypoints.ts";
import { boundedCache } from "./_bounded_cache.ts";
import { isKeptPicture } from "./_is_kept_picture.ts";
import { paddedTo } from "./_padded_to.ts";
import { right } from "./_result.ts";

/**
 * What pictures are resized to: a square of a side in pixels; `original`, which
 * leaves them as they are; or at most `maxSide` pixels on their longer side, in
 * proportion, which shrinks but never enlarges.
 */
export type ImageSize = number | "original" | { readonly maxSide: number };

/** A picture as a model reads it. */
export interface LoadedImage {
  /** File it came from. */
  readonly path: string;
  /** Size in the file, after any edits. */
  readonly stored: PixelSize;
  /** The picture after resizing, before padding. */
  readonly image: RgbImage;
  /** `[H, W]` the model sees: padded right and below to whole cells. */
  readonly padded: readonly [H: number, W: number];
}

/** Options of {@linkcode imageLoader}. */
export interface ImageLoaderOptions {
  /** Size that pictures are resized to. */
  readonly size: ImageSize;
  /** Pixels between two cells; pictures are padded to its multiples. */
  readonly stride: number;
  /** Bytes of decoded pictures kept, the oldest dropped first; 0 by default. */
  readonly cacheBytes?: number;
}

/** Reads a picture, or gives the one that is kept. */
export type ImageLoader = (
  picture: Picture,
) => AsyncResult<DataError, LoadedImage>;

/**
 * A loader that decodes, edits and resizes each picture and keeps as many as
 * its cache holds.
 *
 * Padding to whole cells keeps `p w / W` and `p / stride` the same number.
 *
 * @param options Size, stride and cache.
 * @returns The loader.
 * @throws {OptionError} If a side is not a whole number of at least `stride`.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { imageLoader } from "@simsc/core/runs";
 *
 * const found = await imageLoader({ size: 256, stride: 16 })({ path: "none.png" })();
 * equal(found._tag === "Left" && found.left._tag, "MissingFile");
 * ```
 */
export function imageLoader(options: ImageLoaderOptions): ImageLoader {
  const { cacheBytes = 0 } = options;
  checkSize("imageLoader", options);
  const kept = boundedCache<LoadedImage>(
    cacheBytes,
    ({ image }) => image.data.length,
  );
  return (picture) => async () => {
    const { path, edits = [] } = picture;
    const key = pictureKey(picture);
    const found = kept.get(key);
    if (found) return right(found);
    const read = await readImage(path)();
    if (read._tag === "Left") return read;
    const loaded = {
      ...fitted(editPicture(read.right, edits), options),
      path,
    };
    if (isKeptPicture(picture)) kept.keep(key, loaded);
    return right(loaded);
  };
}

/**
 * A picture that was decoded already, as {@linkcode imageLoader} gives it: of a
 * page's visitor, say, whose files have no path.
 *
 * @param image The picture; it is not changed.
 * @param options Size and stride, and what its path is in errors and results.
 * @returns The picture at the size a model reads.
 * @throws {OptionError} If a side is not a whole number of at least `stride`.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { fitImage } from "@simsc/core/runs";
 *
 * const data = new Uint8Array(40 * 20 * 3);
 * const image = { width: 40, height: 20, data, decoder: "none" };
 * const fit = { path: "a.png", size: "original", stride: 16 } as const;
 * deepStrictEqual(fitImage(image, fit).padded, [32, 48]); // whole cells
 * ```
 */
export function fitImage(
  image: RgbImage,
  options: Omit<ImageLoaderOptions, "cacheBytes"> & { readonly path: string },
): LoadedImage {
  checkSize("fitImage", options);
  return { ...fitted(image, options), path: options.path };
}

/**
 * The numbers of pictures of one padded size, ImageNet-normalised, channels
 * first; padding is 0, the mean colour.
 *
 * @param images Pictures with equal `padded`.
 * @returns `[B, 3, H, W]`, row-major.
 * @throws {OptionError} If their sizes differ.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { imageBatch } from "@simsc/core/runs";
 *
 * const image = {
 *   width: 1,
 *   height: 1,
 *   data: Uint8Array.of(255, 255, 255),
 *   decoder: "none",
 * };
 * const padded = [1, 2] as const; // a column to its right
 * const batch = imageBatch([{ path: "a.png", stored: image, image, padded }]);
 * deepStrictEqual([...batch].map((x) => x > 0), [
 *   true, // red
 *   false,
 *   true, // green
 *   false,
 *   true, // blue
 *   false,
 * ]);
 * ```
 */
export function imageBatch(images: readonly LoadedImage[]): Float32Array {
  const [height, width] = images[0]?.padded ?? [0, 0];
  const length = 3 * height * width;
  const batch = new Float32Array(images.length * length);
  images.forEach(({ image, padded }, b) => {
    if (padded[0] !== height || padded[1] !== width) {
      const wanted = `pictures of ${width} x ${height}`;
      throw new OptionError("imageBatch", "images", wanted, padded);
    }
    const data = batch.subarray(b * length, (b + 1) * length);
    normalizeImage(image, { into: { data, height, width } });
  });
  return batch;
}

function fitted(
  stored: RgbImage,
  { size, stride }: ImageLoaderOptions,
): Omit<LoadedImage, "path"> {
  const { width, height } = stored;
  const image = resizeBilinear(stored, resizedTo({ width, height }, size));
  return { stored: { width, height }, image, padded: paddedTo(image, stride) };
}

function checkSize(fn: string, { size, stride }: ImageLoaderOptions): void {
  const side = typeof size === "object" ? size.maxSide : size;
  if (side !== "original" && !(Number.isInteger(side) && side >= stride)) {
    const wanted = `original or a whole number >= ${stride}`;
    throw new OptionError(fn, "size", wanted, side);
  }
}

function resizedTo({ width, height }: PixelSize, size: ImageSize): PixelSize {
  if (size === "original") return { width, height };
  if (typeof size === "number") return { width: size, height: size };
  const ratio = Math.min(1, size.maxSide / Math.max(width, height));
  const scaled = (length: number) => Math.max(1, Math.round(length * ratio));
  return { width: scaled(width), height: scaled(height) };
}
