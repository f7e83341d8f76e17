/**
 * Annotations that follow their picture through edits.
 *
 * @module
 */

import {
  mirrorAnnotation,
  type MirrorOptions,
  type SizedAnnotation,
} from "./mirror_annotation.ts";
import type { CropEdit, PictureEdit } from "./picture_edit.ts";

/**
 * An annotated picture after further edits, which are added to those it has:
 * a mirror moves keypoints and box as `mirrorAnnotation` does, a crop takes
 * its corner off them and cuts the box at its edges, colours move nothing.
 *
 * @param image Annotation with the size of its picture.
 * @param edits What is done to the picture, in order.
 * @param options How mirrored coordinates are counted.
 * @returns The annotation in pixels of the edited picture.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { editAnnotation } from "@simsc/core/data";
 *
 * const image = { path: "a.png", keypoints: [[5, 6]], size: [20, 30] } as const;
 * const crop = { kind: "crop", x: 2, y: 1, width: 10, height: 9 } as const;
 * const edited = editAnnotation(image, [crop, { kind: "mirror" }]);
 * deepStrictEqual(edited.keypoints, [[6, 5]]); // 10 - 1 - (5 - 2)
 * deepStrictEqual(edited.size, [9, 10]);
 * ```
 */
export function editAnnotation(
  image: SizedAnnotation,
  edits: readonly PictureEdit[],
  options: MirrorOptions = {},
): SizedAnnotation {
  return edits.reduce<SizedAnnotation>((edited, edit) => {
    switch (edit.kind) {
      case "mirror":
        return mirrorAnnotation(edited, options);
      case "crop":
        return crop(edited, edit);
      case "colour":
        return { ...edited, edits: [...edited.edits ?? [], edit] };
    }
  }, image);
}

function crop(image: SizedAnnotation, edit: CropEdit): SizedAnnotation {
  const { x, y, width, height } = edit;
  const { box, edits = [] } = image;
  const cut = (value: number, most: number): number =>
    Math.min(most, Math.max(0, value));
  return {
    ...image,
    edits: [...edits, edit],
    size: [height, width],
    keypoints: image.keypoints.map(([px, py]) => [px - x, py - y]),
    ...(box && {
      box: [
        cut(box[0] - x, width),
        cut(box[1] - y, height),
        cut(box[2] - x, width),
        cut(box[3] - y, height),
      ],
    }),
  };
}
