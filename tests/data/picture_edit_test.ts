import { deepStrictEqual, equal, notEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { OptionError } from "../../src/core/errors.ts";
import {
  editPicture,
  type PictureEdit,
  pictureKey,
} from "../../src/data/picture_edit.ts";
import type { RgbImage } from "../../src/data/rgb_image.ts";

const MIRROR = { kind: "mirror" } as const;
const SAME = { kind: "colour", brightness: 1, contrast: 1, saturation: 1 };

/** A picture whose red, green and blue are column, row and 7. */
function grid(width: number, height: number): RgbImage {
  const data = Uint8Array.from(
    { length: width * height * 3 },
    (_, i) => {
      const pixel = Math.floor(i / 3);
      return [pixel % width, Math.floor(pixel / width), 7][i % 3]!;
    },
  );
  return { width, height, data, decoder: "none" };
}

function recolour(
  rgb: readonly number[],
  edit: Partial<typeof SAME>,
): readonly number[] {
  const image = {
    width: rgb.length / 3,
    height: 1,
    data: Uint8Array.from(rgb),
    decoder: "none",
  };
  const edits = [{ ...SAME, ...edit }] as readonly PictureEdit[];
  return [...editPicture(image, edits).data];
}

Deno.test("editPicture() mirrors column x to W - 1 - x in every row", () => {
  const { data, width, height } = editPicture(grid(3, 2), [MIRROR]);
  deepStrictEqual([width, height], [3, 2]);
  const columns = [...data].filter((_, i) => i % 3 === 0);
  const rows = [...data].filter((_, i) => i % 3 === 1);
  deepStrictEqual(columns, [2, 1, 0, 2, 1, 0]);
  deepStrictEqual(rows, [0, 0, 0, 1, 1, 1]);
});

Deno.test("editPicture() keeps exactly the pixels of a crop", () => {
  const crop = { kind: "crop", x: 2, y: 1, width: 2, height: 2 } as const;
  const { data, width, height } = editPicture(grid(5, 4), [crop]);
  deepStrictEqual([width, height], [2, 2]);
  deepStrictEqual([...data], [2, 1, 7, 3, 1, 7, 2, 2, 7, 3, 2, 7]);
});

Deno.test("editPicture() applies edits in order, each to what the last one left", () => {
  const crop = { kind: "crop", x: 0, y: 0, width: 2, height: 1 } as const;
  const red = (edits: readonly PictureEdit[]) =>
    [...editPicture(grid(5, 1), edits).data].filter((_, i) => i % 3 === 0);
  deepStrictEqual(red([crop, MIRROR]), [1, 0]);
  deepStrictEqual(red([MIRROR, crop]), [4, 3]);
});

Deno.test("editPicture() recolours as worked out by hand", () => {
  deepStrictEqual(recolour([10, 20, 200], { brightness: 1.5 }), [15, 30, 255]);
  // Greys 100 and 200, mean 150: half the distance from it.
  deepStrictEqual(
    recolour([100, 100, 100, 200, 200, 200], { contrast: 0.5 }),
    [125, 125, 125, 175, 175, 175],
  );
  // Grey of pure red 200 is 59.8, of pure green 117.4, of pure blue 22.8.
  deepStrictEqual(
    recolour([200, 0, 0, 0, 200, 0, 0, 0, 200], { saturation: 0 }),
    [60, 60, 60, 117, 117, 117, 23, 23, 23],
  );
  // 59.8 + 2 (200 - 59.8) is above 255, 59.8 - 2 * 59.8 below 0.
  deepStrictEqual(recolour([200, 0, 0], { saturation: 2 }), [255, 0, 0]);
});

Deno.test("editPicture() leaves a picture as it is for factors of 1 and no edits", () => {
  const image = grid(4, 3);
  equal(editPicture(image, []), image);
  deepStrictEqual(editPicture(image, [SAME as PictureEdit]), image);
});

Deno.test("editPicture() mirrors twice to the same picture", () => {
  const bytes = fc.uint8Array({ minLength: 24, maxLength: 24 });
  fc.assert(fc.property(bytes, (data) => {
    const image = { width: 4, height: 2, data, decoder: "none" };
    deepStrictEqual(editPicture(image, [MIRROR, MIRROR]), image);
  }));
});

Deno.test("editPicture() refuses a crop that leaves the picture, and odd factors", () => {
  const crop = { kind: "crop", x: 0, y: 0, width: 2, height: 2 } as const;
  for (
    const wrong of [{ x: 3 }, { y: -1 }, { width: 0 }, { height: 0.5 }]
  ) {
    const edits = [{ ...crop, ...wrong }];
    throws(() => editPicture(grid(4, 4), edits), OptionError);
  }
  for (const brightness of [-1, NaN, Infinity]) {
    throws(() => recolour([1, 2, 3], { brightness }), /"brightness" must be/);
  }
});

Deno.test("pictureKey() differs where file or edits differ", () => {
  const path = "a.png";
  equal(pictureKey({ path }), pictureKey({ path, edits: [] }));
  const keys = [
    { path },
    { path: "b.png" },
    { path, edits: [MIRROR] },
    { path, edits: [MIRROR, MIRROR] },
  ].map(pictureKey);
  equal(new Set(keys).size, keys.length);
  notEqual(pictureKey({ path, edits: [MIRROR] }), `${path}[{"kind":"mirror"}]`);
});
