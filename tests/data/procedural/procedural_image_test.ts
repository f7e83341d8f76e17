import { deepStrictEqual, notEqual, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { OptionError } from "../../../src/core/errors.ts";
import { blueprints } from "../../../src/data/procedural/_blueprints.ts";
import { boundsOf } from "../../../src/data/procedural/_pose.ts";
import { flatten } from "../../../src/data/procedural/_path.ts";
import { streamOf } from "../../../src/data/_random.ts";
import { proceduralCategories } from "../../../src/data/procedural/procedural_categories.ts";
import { proceduralImage } from "../../../src/data/procedural/procedural_image.ts";
import { rasterizeSvg } from "../../../src/data/procedural/rasterize_svg.ts";

const names = proceduralCategories().map(({ name }) => name);
const anyName = fc.constantFrom(...names);
const anySeed = fc.integer({ min: 0, max: 0xffffffff });

/** Nothing but the object, upright, whole and uncovered. */
const plain = {
  mirror: 0,
  rotationDeg: 0,
  anisotropy: 0,
  shear: 0,
  perspective: 0,
  overhang: 0,
  occluders: [0, 0],
  clutter: [0, 0],
} as const;

Deno.test("proceduralCategories() has eight or more with 8 to 20 named keypoints", () => {
  ok(names.length >= 8);
  for (const { keypoints } of proceduralCategories()) {
    ok(keypoints.length >= 8 && keypoints.length <= 20);
    deepStrictEqual(new Set(keypoints).size, keypoints.length);
  }
});

Deno.test("proceduralImage() depends on the seed alone", async () => {
  for (const name of names) {
    const image = proceduralImage(name, { seed: 3, size: 64 });
    const again = proceduralImage(name, { seed: 3, size: 64 });
    deepStrictEqual(image, again);
    notEqual(image.svg, proceduralImage(name, { seed: 4, size: 64 }).svg);
    deepStrictEqual(
      await rasterizeSvg(image.svg)(),
      await rasterizeSvg(again.svg)(),
    );
  }
});

Deno.test("proceduralImage() keeps visible keypoints in the picture and the box", () => {
  fc.assert(fc.property(anyName, anySeed, (name, seed) => {
    const image = proceduralImage(name, { seed });
    const [left, top, right, bottom] = image.box;
    ok(0 <= left && left < right && right <= image.width - 1);
    ok(0 <= top && top < bottom && bottom <= image.height - 1);
    const visible = image.keypoints.filter((p) => p !== null);
    ok(visible.length * 3 >= image.keypoints.length, `${name} ${seed}`);
    for (const [x, y] of visible) {
      ok(left <= x && x <= right && top <= y && y <= bottom, `${name} ${seed}`);
    }
  }));
});

Deno.test("proceduralImage() keeps sides and extent within the options", () => {
  fc.assert(fc.property(anyName, anySeed, (name, seed) => {
    const extent = [0.5, 0.7] as const;
    const { width, height, box } = proceduralImage(name, {
      seed,
      ...plain,
      size: 100,
      aspect: [0.8, 0.9],
      extent,
    });
    deepStrictEqual(Math.max(width, height), 100);
    ok(Math.min(width, height) >= 80 && Math.min(width, height) <= 90);
    // The box counts thick lines, the extent their middle: a few pixels more.
    const share = Math.max(
      (box[2] - box[0]) / width,
      (box[3] - box[1]) / height,
    );
    ok(share > 0.49 && share < 0.78, `${share}`);
  }));
});

Deno.test("proceduralImage() mirrors positions and keeps what they mean", () => {
  fc.assert(fc.property(anyName, anySeed, (name, seed) => {
    const options = { seed, ...plain, extent: [0.8, 0.8] as const };
    const right = proceduralImage(name, options);
    const left = proceduralImage(name, { ...options, mirror: 1 });
    ok(!right.mirrored && left.mirrored);
    // The same shape at the same place: x of each keypoint is reflected about
    // the middle of the box, y is not touched.
    // A point on the very edge of the picture may be seen in only one.
    const both = right.keypoints.flatMap((p, k) => {
      const q = left.keypoints[k] ?? null;
      return p === null || q === null ? [] : [[p, q] as const];
    });
    ok(both.length >= 8);
    const sum = both[0]![0][0] + both[0]![1][0];
    for (const [p, q] of both) {
      ok(Math.abs(p[0] + q[0] - sum) < 0.03);
      ok(Math.abs(p[1] - q[1]) < 0.03);
    }
  }));
});

Deno.test("proceduralImage() spreads the keypoints of an object", () => {
  const close: string[] = [];
  for (const { category, keypoints, draw } of blueprints) {
    for (let seed = 0; seed < 40; seed++) {
      const drawing = draw(streamOf(seed, "shape"));
      const [l, t, r, b] = boundsOf(
        drawing.parts.flatMap((part) => flatten(part.path)),
      );
      const side = Math.max(r - l, b - t);
      drawing.keypoints.forEach((p, i) =>
        drawing.keypoints.slice(0, i).forEach((q, j) => {
          if (Math.hypot(p[0] - q[0], p[1] - q[1]) < 0.05 * side) {
            close.push(`${category}: ${keypoints[i]}, ${keypoints[j]}`);
          }
        })
      );
    }
  }
  deepStrictEqual([...new Set(close)], []);
});

Deno.test("proceduralImage() marks covered keypoints and leaves most uncovered", () => {
  let covered = 0;
  for (let seed = 0; seed < 60; seed++) {
    const image = proceduralImage("chair", {
      seed,
      overhang: 0,
      occluders: [3, 3],
    });
    const hidden = image.keypoints.filter((p) => p === null).length;
    ok(hidden * 3 <= image.keypoints.length);
    covered += hidden;
  }
  ok(covered > 0);
});

Deno.test("proceduralImage() gives the same part other colours in other objects", async () => {
  // The door handle is filled; 24 seeds fall into many of 64 coarse colours.
  const colours = new Set<string>();
  for (let seed = 0; seed < 24; seed++) {
    const image = proceduralImage("car", { seed, ...plain, size: 64 });
    const pixels = await rasterizeSvg(image.svg)();
    ok(pixels._tag === "Right");
    const [x, y] = image.keypoints[10]!;
    const at = 3 * (Math.round(y) * image.width + Math.round(x));
    const rgb = pixels.right.data.subarray(at, at + 3);
    colours.add([...rgb].map((v) => v >> 6).join());
  }
  ok(colours.size >= 8, `${colours.size}`);
});

Deno.test("proceduralImage() refuses unknown categories and options out of range", () => {
  throws(() => proceduralImage("tree", { seed: 1 }), OptionError);
  throws(() => proceduralImage("car", { seed: 1, size: 8 }), /"size" must be/);
  throws(() => proceduralImage("car", { seed: 1, mirror: 2 }), OptionError);
  throws(
    () => proceduralImage("car", { seed: 1, extent: [0.9, 0.5] }),
    /"extent" must be/,
  );
  throws(
    () => proceduralImage("car", { seed: 1, clutter: [0, NaN] }),
    OptionError,
  );
});
