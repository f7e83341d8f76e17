import { deepStrictEqual, equal, ok, throws } from "node:assert/strict";
import { OptionError } from "../../src/core/errors.ts";
import { resizeBilinear } from "../../src/data/resize_bilinear.ts";
import { fromBase64, pillowCases } from "./_helpers.ts";

const { resize } = await pillowCases();
const image = {
  width: resize.width,
  height: resize.height,
  data: fromBase64(resize.rgb),
  decoder: "none",
};

for (const { width, height, rgb } of resize.to) {
  Deno.test(`resizeBilinear() equals Pillow from 19 x 13 to ${width} x ${height}`, () => {
    const resized = resizeBilinear(image, { width, height });
    deepStrictEqual([resized.width, resized.height], [width, height]);
    deepStrictEqual(resized.data, fromBase64(rgb));
  });
}

Deno.test("resizeBilinear() gives the picture itself at its own size", () => {
  equal(resizeBilinear(image, { width: 19, height: 13 }), image);
});

Deno.test("resizeBilinear() keeps a flat picture flat and its input whole", () => {
  const data = new Uint8Array(40 * 30 * 3).fill(255);
  const flat = { width: 40, height: 30, data, decoder: "none" };
  const resized = resizeBilinear(flat, { width: 7, height: 71 });
  ok(resized.data.every((value) => value === 255));
  ok(data.every((value) => value === 255));
});

Deno.test("resizeBilinear() doubles two columns by quarters", () => {
  // Centres 1/4, 3/4, 5/4, 7/4 weigh the columns 1:0, 3/4:1/4, 1/4:3/4, 0:1.
  const data = Uint8Array.of(0, 0, 0, 100, 100, 100);
  const two = { width: 2, height: 1, data, decoder: "none" };
  const four = resizeBilinear(two, { width: 4, height: 1 });
  deepStrictEqual([0, 3, 6, 9].map((i) => four.data[i]), [0, 25, 75, 100]);
});

Deno.test("resizeBilinear() begins with the columns where newer Pillows do not", () => {
  // Pillow 12.0.0 (and 10.4.0). 13.0.0 begins with the rows here and has 86, 65
  // and 150 where these have 87, 64 and 151.
  const grey = [0, 36, 130, 26, 236, 248, 62, 190];
  const data = Uint8Array.from(grey.flatMap((value) => [value, value, value]));
  const tall = { width: 2, height: 4, data, decoder: "none" };
  const resized = resizeBilinear(tall, { width: 5, height: 2 });
  deepStrictEqual(
    [...resized.data].filter((_, i) => i % 3 === 0),
    [89, 87, 76, 64, 62, 146, 151, 169, 187, 191],
  );
});

Deno.test("resizeBilinear() refuses a size below 1 or not whole", () => {
  for (const width of [0, -1, 1.5, NaN]) {
    throws(() => resizeBilinear(image, { width, height: 1 }), OptionError);
  }
});
