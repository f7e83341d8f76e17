/**
 * Random edits of one annotated picture.
 *
 * @module
 */

import { OptionError } from "../core/errors.ts";
import type { SizedAnnotation } from "./mirror_annotation.ts";
import type { ColourEdit, CropEdit, PictureEdit } from "./picture_edit.ts";
import { type RandomState, sample } from "./_random.ts";

/** How colours are changed; factors are drawn from `[1 - x, 1 + x)`. */
export interface ColourAugmentation {
  /** How often, 0 to 1. */
  readonly probability: number;
  /** `x` of the brightness, 0 to 1. */
  readonly brightness: number;
  /** `x` of the contrast, 0 to 1. */
  readonly contrast: number;
  /** `x` of the saturation, 0 to 1. */
  readonly saturation: number;
  /** How often the picture becomes grey instead, 0 to 1. */
  readonly grey: number;
}

/** What may be done to pictures; what is left out is never done. */
export interface AugmentOptions {
  /** How often both pictures of a pair are mirrored, 0 to 1. */
  readonly mirror?: number;
  /** How often a picture is cropped around its box and keypoints, 0 to 1. */
  readonly crop?: number;
  /** How colours are changed. */
  readonly colour?: ColourAugmentation;
}

/** Names of what may be done, and what that is where nothing else is said. */
export const AUGMENTATIONS: Required<AugmentOptions> = {
  mirror: 0.5,
  crop: 0.5,
  colour: {
    probability: 0.5,
    brightness: 0.4,
    contrast: 0.4,
    saturation: 0.4,
    grey: 0.2,
  },
};

/** Numbers of one picture, drawn whether they are used or not. */
const UNIT = [0, 1] as const;
const RANGES = {
  crop: UNIT,
  left: UNIT,
  top: UNIT,
  right: UNIT,
  bottom: UNIT,
  colour: UNIT,
  brightness: UNIT,
  contrast: UNIT,
  saturation: UNIT,
  grey: UNIT,
};

/**
 * Draws a crop and a change of colours for a picture. Mirrors are left to who
 * knows the other picture of the pair.
 *
 * A crop keeps the box and all keypoints, with a pixel around them: each of
 * its edges is drawn uniformly from the whole pixels between them and the edge
 * of the picture. As many numbers are drawn whatever is done, so one kind of
 * edit does not depend on whether another one is wanted.
 *
 * @param image Annotation with the size of its picture.
 * @param options What may be done.
 * @param state Where the randomness is.
 * @returns The edits in order, and the next state.
 * @throws {OptionError} If a share is not from 0 to 1.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { drawEdits, randomState } from "@simsc/core/data";
 *
 * const image = { path: "a.png", keypoints: [[5, 6]], size: [20, 30] } as const;
 * const [none, next] = drawEdits(image, {}, randomState(0));
 * deepStrictEqual(none, []);
 * const [edits] = drawEdits(image, { crop: 1 }, next);
 * deepStrictEqual(edits.map(({ kind }) => kind), ["crop"]);
 * ```
 */
export function drawEdits(
  image: SizedAnnotation,
  options: AugmentOptions,
  state: RandomState,
): readonly [readonly PictureEdit[], RandomState] {
  const { crop = 0, colour } = options;
  for (const [name, share] of Object.entries({ crop, ...colour })) {
    if (!(share >= 0 && share <= 1)) {
      throw new OptionError("drawEdits", name, "0 to 1", share);
    }
  }
  const [drawn, next] = sample(state, RANGES);
  const edits: PictureEdit[] = [];
  if (drawn.crop < crop) edits.push(drawCrop(image, drawn));
  if (colour && drawn.colour < colour.probability) {
    edits.push(drawColour(colour, drawn));
  }
  return [edits, next];
}

function drawCrop(
  { keypoints, box, size }: SizedAnnotation,
  drawn: Readonly<Record<keyof typeof RANGES, number>>,
): CropEdit {
  const [height, width] = size;
  const corners = box ? [[box[0], box[1]], [box[2], box[3]]] as const : [];
  const kept = [...keypoints, ...corners];
  const edges = (
    axis: 0 | 1,
    { most, low, high }: {
      readonly most: number;
      readonly low: number;
      readonly high: number;
    },
  ): readonly [number, number] => {
    const values = kept.map((point) => point[axis]);
    // A pixel around them, so that nothing is lost of 1-based coordinates either.
    const first = clamp(Math.floor(Math.min(...values)) - 1, 0, most - 1);
    const last = clamp(Math.ceil(Math.max(...values)) + 1, first + 1, most);
    const from = Math.floor(low * (first + 1));
    return [from, last + Math.floor(high * (most - last + 1))];
  };
  const { left, top, right, bottom } = drawn;
  const [x1, x2] = edges(0, { most: width, low: left, high: right });
  const [y1, y2] = edges(1, { most: height, low: top, high: bottom });
  return { kind: "crop", x: x1, y: y1, width: x2 - x1, height: y2 - y1 };
}

function drawColour(
  options: ColourAugmentation,
  drawn: Readonly<Record<keyof typeof RANGES, number>>,
): ColourEdit {
  const factor = (name: "brightness" | "contrast" | "saturation"): number =>
    1 + options[name] * (2 * drawn[name] - 1);
  return {
    kind: "colour",
    brightness: factor("brightness"),
    contrast: factor("contrast"),
    saturation: drawn.grey < options.grey ? 0 : factor("saturation"),
  };
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
