/**
 * Changes of a picture between its file and whoever reads it.
 *
 * @module
 */

import { OptionError } from "../core/errors.ts";
import type { RgbImage } from "./rgb_image.ts";

/** Left and right change places: column `x` becomes `W - 1 - x`. */
export interface MirrorEdit {
  /** Tells it apart. */
  readonly kind: "mirror";
}

/** The part of a picture that is kept, in whole pixels of the picture before. */
export interface CropEdit {
  /** Tells it apart. */
  readonly kind: "crop";
  /** First column. */
  readonly x: number;
  /** First row. */
  readonly y: number;
  /** Columns, at least 1. */
  readonly width: number;
  /** Rows, at least 1. */
  readonly height: number;
}

/**
 * Other colours, in this order: brightness multiplies each value, contrast
 * spreads values about the mean grey of the picture, saturation spreads each
 * pixel's values about its own grey. 1 leaves things as they are.
 */
export interface ColourEdit {
  /** Tells it apart. */
  readonly kind: "colour";
  /** Factor of at least 0. */
  readonly brightness: number;
  /** Factor of at least 0; 0 gives one grey. */
  readonly contrast: number;
  /** Factor of at least 0; 0 gives shades of grey. */
  readonly saturation: number;
}

/** One change of a picture. */
export type PictureEdit = MirrorEdit | CropEdit | ColourEdit;

/** A file and what is done to its picture before anyone sees it. */
export interface Picture {
  /** File of the picture, ready to be opened. */
  readonly path: string;
  /** Changes after decoding, in order; none where left out. */
  readonly edits?: readonly PictureEdit[];
}

/**
 * What a picture is known by: two that differ in file or edits differ in it.
 *
 * @param picture File and edits.
 * @returns The path, followed by the edits where there are any.
 *
 * @example
 * ```ts
 * import { equal, notEqual } from "node:assert/strict";
 * import { pictureKey } from "@simsc/core/data";
 *
 * const mirrored = { path: "a.png", edits: [{ kind: "mirror" }] } as const;
 * equal(pictureKey({ path: "a.png", edits: [] }), "a.png");
 * notEqual(pictureKey(mirrored), "a.png");
 * ```
 */
export function pictureKey({ path, edits = [] }: Picture): string {
  // No path holds a NUL, so no path looks like another one with edits.
  return edits.length === 0 ? path : `${path}\0${JSON.stringify(edits)}`;
}

/**
 * A picture after its edits.
 *
 * Grey is `(299 R + 587 G + 114 B) / 1000`; values are rounded and cut to 0 to
 * 255 once, after all three factors of a colour edit.
 *
 * @param image The picture as decoded.
 * @param edits What is done to it, in order.
 * @returns A new picture; `image` itself where there are no edits.
 * @throws {OptionError} If a crop leaves the picture or a factor is negative.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { editPicture } from "@simsc/core/data";
 *
 * const data = Uint8Array.of(1, 2, 3, 4, 5, 6);
 * const image = { width: 2, height: 1, data, decoder: "none" };
 * const mirrored = editPicture(image, [{ kind: "mirror" }]);
 * deepStrictEqual([...mirrored.data], [4, 5, 6, 1, 2, 3]);
 * ```
 */
export function editPicture(
  image: RgbImage,
  edits: readonly PictureEdit[],
): RgbImage {
  return edits.reduce<RgbImage>((edited, edit) => {
    switch (edit.kind) {
      case "mirror":
        return mirror(edited);
      case "crop":
        return crop(edited, edit);
      case "colour":
        return recolour(edited, edit);
    }
  }, image);
}

function mirror({ width, height, data, decoder }: RgbImage): RgbImage {
  const out = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * 3;
      const to = (y * width + width - 1 - x) * 3;
      out[to] = data[from]!;
      out[to + 1] = data[from + 1]!;
      out[to + 2] = data[from + 2]!;
    }
  }
  return { width, height, data: out, decoder };
}

function crop(image: RgbImage, { x, y, width, height }: CropEdit): RgbImage {
  const inside = [x, y, width, height].every(Number.isSafeInteger) &&
    x >= 0 && y >= 0 && width >= 1 && height >= 1 &&
    x + width <= image.width && y + height <= image.height;
  if (!inside) {
    const wanted = `whole pixels inside ${image.width} x ${image.height}`;
    const got = `${width} x ${height} at [${x}, ${y}]`;
    throw new OptionError("editPicture", "crop", wanted, got);
  }
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const start = ((y + row) * image.width + x) * 3;
    data.set(image.data.subarray(start, start + width * 3), row * width * 3);
  }
  return { width, height, data, decoder: image.decoder };
}

function recolour(
  image: RgbImage,
  { brightness, contrast, saturation }: ColourEdit,
): RgbImage {
  for (
    const [name, factor] of Object.entries({ brightness, contrast, saturation })
  ) {
    if (!(factor >= 0 && Number.isFinite(factor))) {
      throw new OptionError("editPicture", name, "a number >= 0", factor);
    }
  }
  const { width, height, data: rgb, decoder } = image;
  const grey = (i: number): number =>
    (299 * rgb[i]! + 587 * rgb[i + 1]! + 114 * rgb[i + 2]!) / 1000;
  let sum = 0;
  for (let i = 0; i < rgb.length; i += 3) sum += grey(i);
  const mean = brightness * sum / (width * height);
  const data = new Uint8Array(rgb.length);
  for (let i = 0; i < rgb.length; i += 3) {
    const own = mean + contrast * (brightness * grey(i) - mean);
    for (let c = i; c < i + 3; c++) {
      const spread = mean + contrast * (brightness * rgb[c]! - mean);
      const value = own + saturation * (spread - own);
      data[c] = Math.min(255, Math.max(0, Math.round(value)));
    }
  }
  return { width, height, data, decoder };
}
