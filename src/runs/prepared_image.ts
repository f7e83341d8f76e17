/**
 * What a model's program reads of one picture, ready to be batched.
 *
 * @module
 */

import { OptionError } from "../core/errors.ts";
import type { AsyncResult } from "../core/result.ts";
import type { DataError } from "../data/data_error.ts";
import type { Picture } from "../data/picture_edit.ts";
import { normalizeImage } from "../data/normalize_image.ts";
import type { NamedTensors } from "../data/safetensors.ts";
import type { PixelSize } from "../data/scale_keypoints.ts";
import { right } from "./_result.ts";
import { sizeOf } from "./_size_of.ts";
import type { ImageLoader } from "./load_image.ts";

/** A tensor of one picture, made only where it is to lie. */
export interface PreparedTensor {
  /** `[1, ...]`. */
  readonly shape: readonly number[];
  /** Writes it, row-major, into zeros. */
  readonly write: (into: Float32Array) => void;
}

/** What a program reads of one picture, and how its pixels map to cells. */
export interface PreparedImage {
  /**
   * Tensors under the names that programs read: `images`, the pixels; or
   * `trunk.*`, what the frozen half of a backbone made of them; or `maps`, what
   * all of it did. Pixels that wait do so as bytes.
   */
  readonly inputs: Readonly<Record<string, PreparedTensor>>;
  /** Memory it holds until it is written. */
  readonly bytes: number;
  /** Size in the file. */
  readonly stored: PixelSize;
  /** After resizing. */
  readonly resized: PixelSize;
  /** `[H, W]` after padding to whole cells. */
  readonly padded: readonly [H: number, W: number];
  /** What decoded it. */
  readonly decoder: string;
}

/** Reads a picture and prepares it. */
export type ImagePreparer = (
  picture: Picture,
) => AsyncResult<DataError, PreparedImage>;

/**
 * Prepares pictures by nothing but normalising their pixels: `images`.
 *
 * @param load Reads them.
 * @returns The preparer.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { imageLoader, preparePixels } from "@simsc/core/runs";
 *
 * const found = await preparePixels(imageLoader({ size: 256, stride: 16 }))({
 *   path: "none.png",
 * })();
 * equal(found._tag === "Left" && found.left._tag, "MissingFile");
 * ```
 */
export function preparePixels(load: ImageLoader): ImagePreparer {
  return (picture) => async () => {
    const loaded = await load(picture)();
    if (loaded._tag === "Left") return loaded;
    const { stored, image, padded } = loaded.right;
    const { width, height, decoder } = image;
    const [rows, columns] = padded;
    return right({
      inputs: {
        images: {
          shape: [1, 3, rows, columns],
          write: (data) => {
            const into = { data, height: rows, width: columns };
            normalizeImage(image, { into });
          },
        },
      },
      bytes: image.data.length,
      stored,
      resized: { width, height },
      padded,
      decoder,
    });
  };
}

/** Options of {@linkcode stackInputs}. */
export interface StackOptions {
  /** `B`, at least the number of pictures, with zeros behind the last; by default as many as there are. */
  readonly count?: number;
  /** An earlier batch that is read no more: it is overwritten where it is as long. */
  readonly into?: NamedTensors;
}

/**
 * Puts what was prepared of several pictures into one batch.
 *
 * @param images Pictures whose inputs have the same names and shapes.
 * @param options Length and memory of the batch.
 * @returns Each input as `[B, ...]`; none of no picture.
 * @throws {OptionError} If names or shapes differ, or `count` is less than there are.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { type PreparedImage, stackInputs } from "@simsc/core/runs";
 *
 * const pixel = (grey: number): PreparedImage => ({
 *   inputs: {
 *     images: { shape: [1, 3, 1, 1], write: (into) => into.fill(grey) },
 *   },
 *   bytes: 12,
 *   stored: { width: 1, height: 1 },
 *   resized: { width: 1, height: 1 },
 *   padded: [1, 1],
 *   decoder: "none",
 * });
 * deepStrictEqual(stackInputs([pixel(1), pixel(2)], { count: 3 })["images"], {
 *   shape: [3, 3, 1, 1],
 *   data: Float32Array.of(1, 1, 1, 2, 2, 2, 0, 0, 0),
 * });
 * ```
 */
export function stackInputs(
  images: readonly PreparedImage[],
  { count = images.length, into = {} }: StackOptions = {},
): NamedTensors {
  if (count < images.length) {
    const wanted = `at least ${images.length}, one for each picture`;
    throw new OptionError("stackInputs", "count", wanted, count);
  }
  const [first] = images;
  if (first === undefined) return {};
  const form = formOf(first);
  const other = images.find((image) => formOf(image) !== form);
  if (other !== undefined) {
    throw new OptionError("stackInputs", "images", form, formOf(other));
  }
  return Object.fromEntries(
    Object.entries(first.inputs).map(([name, { shape }]) => {
      const length = sizeOf(shape);
      const data = zeros(count * length, into[name]?.data);
      images.forEach(({ inputs }, i) =>
        inputs[name]?.write(data.subarray(i * length, (i + 1) * length))
      );
      return [name, { shape: [count, ...shape.slice(1)], data }];
    }),
  );
}

/** In the memory of `data` where that is as long. */
function zeros(length: number, data?: Float32Array): Float32Array {
  return data?.length === length ? data.fill(0) : new Float32Array(length);
}

/** Names and shapes of what was prepared. */
function formOf({ inputs }: PreparedImage): string {
  return Object.entries(inputs)
    .map(([name, { shape }]) => `${name} [${shape}]`)
    .join(", ");
}
