import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import { mirrorAnnotation } from "../../src/data/mirror_annotation.ts";
import { editPicture } from "../../src/data/picture_edit.ts";

const IMAGE = {
  path: "a.png",
  keypoints: [[0, 5], [7, 2.5]],
  box: [1, 2, 6, 8],
  size: [9, 8],
} as const;

Deno.test("mirrorAnnotation() moves keypoints and box, W - 1 - x for 0-based ones", () => {
  const { keypoints, box, size, edits } = mirrorAnnotation(IMAGE);
  deepStrictEqual(keypoints, [[7, 5], [0, 2.5]]);
  deepStrictEqual(box, [1, 2, 6, 8]); // 7 - 6 and 7 - 1
  deepStrictEqual([size, edits], [[9, 8], [{ kind: "mirror" }]]);
});

Deno.test("mirrorAnnotation() counts from 1, or off by one, where it is told to", () => {
  const first = (options: Parameters<typeof mirrorAnnotation>[1]) =>
    mirrorAnnotation(IMAGE, options).keypoints[0];
  deepStrictEqual(first({ origin: 1 }), [9, 5]);
  deepStrictEqual(first({ rule: "offByOne" }), [8, 5]);
  deepStrictEqual(first({ rule: "offByOne", origin: 1 }), [8, 5]);
});

Deno.test("mirrorAnnotation() keeps a keypoint on its pixel, and undoes itself", () => {
  const sizes = fc.record({
    width: fc.integer({ min: 1, max: 9 }),
    height: fc.integer({ min: 1, max: 9 }),
    at: fc.nat(80),
  });
  fc.assert(fc.property(sizes, ({ width, height, at }) => {
    const [x, y] = [at % width, Math.floor(at / width) % height];
    const data = new Uint8Array(width * height * 3);
    data[(y * width + x) * 3] = 255;
    const image = {
      path: "a.png",
      keypoints: [[x, y] as const],
      size: [height, width] as const,
    };
    const mirrored = mirrorAnnotation(image);
    const edited = editPicture(
      { width, height, data, decoder: "none" },
      mirrored.edits!,
    );
    const pixel = edited.data.indexOf(255) / 3;
    deepStrictEqual(mirrored.keypoints, [
      [pixel % width, Math.floor(pixel / width)],
    ]);
    deepStrictEqual(
      mirrorAnnotation(mirrored).keypoints,
      image.keypoints,
    );
  }));
});

Deno.test("mirrorAnnotation() adds to the edits that are there", () => {
  const mirrored = mirrorAnnotation(mirrorAnnotation(IMAGE));
  deepStrictEqual(mirrored.edits, [{ kind: "mirror" }, { kind: "mirror" }]);
});
