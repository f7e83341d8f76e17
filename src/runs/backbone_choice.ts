/**
 * From what a run is told to a backbone, checked.
 *
 * @module
 */

import type { Result } from "../core/result.ts";
import { type DataError, malformedFile } from "../data/data_error.ts";
import { MAX_PIXELS } from "../data/max_pixels.ts";
import { type BackboneConfig, backboneConfig } from "../nn/backbone_config.ts";
import { backboneStride } from "../nn/backbone_geometry.ts";
import { backboneOptions } from "./_backbone_options.ts";
import { left, right } from "./_result.ts";
import type { ImageSize } from "./load_image.ts";

/** The side that pictures are resized to in the paper, in pixels. */
const PAPER_SIZE = 256;

/** The side of a square of as many pixels as a picture may have. */
const LARGEST_SIDE = Math.floor(Math.sqrt(MAX_PIXELS));

/** What a run is told of its backbone. */
export interface BackboneChoice {
  /** A name that {@linkcode backboneConfig} knows. */
  readonly backbone: string;
  /** Blocks (ViT, from 0) or layers (ResNet, 1 to 3) that are read; the last by default. */
  readonly layers?: readonly number[];
  /** Whether a ViT's final layer norm is applied; by its family by default. */
  readonly finalNorm?: boolean;
}

/**
 * The backbone of a choice.
 *
 * @param choice What was told.
 * @param file Where it came from, for errors.
 * @returns The backbone, or which field does not go with its name.
 * @throws {OptionError} If there is no backbone of that name.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { chosenBackbone } from "@simsc/core/runs";
 *
 * const told = { backbone: "dino-vits16", layers: [12] };
 * const chosen = chosenBackbone(told, "options");
 * equal(
 *   chosen._tag === "Left" && chosen.left.message,
 *   'options: "layers" must be from 0 to 11 in dino-vits16: got 12',
 * );
 * ```
 */
export function chosenBackbone(
  choice: BackboneChoice,
  file: string,
): Result<DataError, BackboneConfig> {
  const { backbone, layers, finalNorm } = choice;
  const plain = backboneConfig(backbone);
  const [least, most] = plain.kind === "resnet" ? [1, 3] : [0, plain.depth - 1];
  const isThere = (layer: number) =>
    Number.isInteger(layer) && layer >= least && layer <= most;
  if (layers && !(layers.length > 0 && layers.every(isThere))) {
    const wanted = `from ${least} to ${most} in ${backbone}`;
    return left(malformedFile(file, "layers", wanted, layers.join(", ")));
  }
  if (finalNorm !== undefined && plain.kind === "resnet") {
    const wanted = `left out for ${backbone}, which has no final norm`;
    return left(malformedFile(file, "finalNorm", wanted, String(finalNorm)));
  }
  return right(backboneConfig(backbone, backboneOptions(choice)));
}

/**
 * Whether a backbone reads pictures of a size. On a map of one cell every match
 * is the same, so it must be larger. A ResNet reads any other: they are padded to
 * whole cells. A ViT wants whole patches of a square, since padding would take
 * part in its attention; pictures of their original size are padded all the same.
 *
 * @param backbone Which backbone.
 * @param size Side of the square, `original`, or a longest side.
 * @param file Where the size came from, for errors.
 * @returns The size, or what is wanted: more than a cell, at most 100 million
 *   pixels, whole patches.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { backboneConfig, checkImageSize } from "@simsc/core/runs";
 *
 * const config = backboneConfig("dinov2-vitb14");
 * const checked = checkImageSize(config, 256, "options");
 * equal(
 *   checked._tag === "Left" && checked.left.message,
 *   'options: "size" must be a multiple of the patch of dinov2-vitb14, 14, ' +
 *     "such as 252 or 266: got 256",
 * );
 * ```
 */
export function checkImageSize(
  backbone: BackboneConfig,
  size: ImageSize,
  file: string,
): Result<DataError, ImageSize> {
  const stride = backboneStride(backbone);
  const refused = (field: string, wanted: string, got: number) =>
    left(malformedFile(file, field, wanted, String(got)));
  const cell = `more than ${stride}, one cell of ${backbone.name}`;
  if (typeof size === "object" && !(size.maxSide > stride)) {
    return refused("maxSide", cell, size.maxSide);
  }
  if (typeof size === "number" && !(size > stride && size <= LARGEST_SIDE)) {
    return refused("size", `${cell}, and at most ${LARGEST_SIDE}`, size);
  }
  // Sizes in proportion are padded to whole cells, whatever they are.
  const isPadded = typeof size !== "number" || backbone.kind === "resnet";
  if (isPadded || size % stride === 0) {
    return right(size);
  }
  const below = Math.floor(size / stride) * stride;
  const near = [below, below + stride]
    .filter((each) => each > stride && each <= LARGEST_SIDE).join(" or ");
  const wanted =
    `a multiple of the patch of ${backbone.name}, ${stride}, such as ${near}`;
  return refused("size", wanted, size);
}

/**
 * The side of the square that pictures are resized to where nothing else was
 * told: the paper's 256, or the multiple of a ViT's patch nearest to it (252
 * for a patch of 14).
 *
 * @param backbone Which backbone.
 * @returns The side in pixels.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { backboneConfig, defaultImageSize } from "@simsc/core/runs";
 *
 * equal(defaultImageSize(backboneConfig("resnet101")), 256);
 * equal(defaultImageSize(backboneConfig("dinov2-vitb14")), 252);
 * ```
 */
export function defaultImageSize(backbone: BackboneConfig): number {
  const stride = backboneStride(backbone);
  return Math.round(PAPER_SIZE / stride) * stride;
}
