import { deepStrictEqual, equal, match } from "node:assert/strict";
import { zlibSync } from "fflate";
import { decodeMat } from "../../src/data/mat_file.ts";
import { left, right } from "./_helpers.ts";
import { concat } from "./_png.ts";

/** Writes version 5 elements in one byte order, as its documentation lays them out. */
function writer(littleEndian: boolean) {
  const words = (...values: number[]): Uint8Array => {
    const view = new DataView(new ArrayBuffer(values.length * 4));
    values.forEach((value, i) => view.setInt32(i * 4, value, littleEndian));
    return new Uint8Array(view.buffer);
  };
  const doubles = (...values: number[]): Uint8Array => {
    const view = new DataView(new ArrayBuffer(values.length * 8));
    values.forEach((value, i) => view.setFloat64(i * 8, value, littleEndian));
    return new Uint8Array(view.buffer);
  };
  const element = (type: number, content: Uint8Array): Uint8Array =>
    concat([
      words(type, content.length),
      content,
      new Uint8Array((8 - content.length % 8) % 8),
    ]);
  /** Up to four bytes, with the length in the upper half of the tag. */
  const small = (type: number, content: Uint8Array): Uint8Array =>
    concat([
      words((content.length << 16) | type),
      content,
      new Uint8Array(4 - content.length),
    ]);
  const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
  const array = (
    kind: number,
    shape: readonly number[],
    name: string,
    content: Uint8Array,
  ): Uint8Array =>
    element(
      14,
      concat([
        element(6, words(kind, 0)),
        element(5, words(...shape)),
        name.length <= 4 ? small(1, ascii(name)) : element(1, ascii(name)),
        content,
      ]),
    );
  const header = new Uint8Array(128).fill(32);
  header.set(littleEndian ? [0, 1, 0x49, 0x4d] : [1, 0, 0x4d, 0x49], 124);
  const file = (...elements: Uint8Array[]): Uint8Array =>
    concat([header, ...elements]);
  const compressed = (content: Uint8Array): Uint8Array => {
    const packed = zlibSync(content);
    return concat([words(15, packed.length), packed]);
  };
  return { words, doubles, element, small, array, file, compressed };
}

const little = writer(true);

for (const littleEndian of [true, false]) {
  const w = writer(littleEndian);
  const order = littleEndian ? "little" : "big";
  // Columns first: the matrix [[1, 2, 3], [4, 5, NaN]].
  const points = w.array(
    6,
    [2, 3],
    "pts_coord",
    w.element(9, w.doubles(1, 4, 2, 5, 3, NaN)),
  );

  Deno.test(`decodeMat() reads ${order}-endian doubles row by row`, () => {
    const { pts_coord: points_ } = right(decodeMat(w.file(points), "a.mat"));
    deepStrictEqual(points_, {
      shape: [2, 3],
      data: Float64Array.of(1, 2, 3, 4, 5, NaN),
    });
  });

  Deno.test(`decodeMat() reads ${order}-endian compressed elements`, () => {
    // Whole doubles are stored as bytes: class double, type int8, small form.
    const flags = w.array(6, [1, 2], "ab", w.small(1, Uint8Array.of(255, 7)));
    const file = w.file(w.compressed(points), w.compressed(flags));
    const arrays = right(decodeMat(file, "a.mat"));
    deepStrictEqual(Object.keys(arrays), ["pts_coord", "ab"]);
    deepStrictEqual(arrays["ab"]!.data, Float64Array.of(-1, 7));
  });
}

Deno.test("decodeMat() reads three axes", () => {
  const { array, element, file } = little;
  const bytes = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  const cube = file(array(9, [2, 2, 2], "cube", element(2, bytes)));
  // Element (i, j, k) is stored at i + 2j + 4k and goes to 4i + 2j + k.
  deepStrictEqual(
    right(decodeMat(cube, "a.mat"))["cube"]!.data,
    Float64Array.of(1, 5, 3, 7, 2, 6, 4, 8),
  );
});

Deno.test("decodeMat() leaves out text, cells and complex arrays", () => {
  const { array, element, file, doubles } = little;
  const one = element(9, doubles(1));
  const bytes = file(
    array(4, [1, 1], "text", element(4, Uint8Array.of(65, 0))),
    array(1, [0, 0], "cell", new Uint8Array(0)),
    array(6 | 0x0800, [1, 1], "complex", concat([one, one])),
    array(6, [1, 1], "real", one),
  );
  deepStrictEqual(Object.keys(right(decodeMat(bytes, "a.mat"))), ["real"]);
});

Deno.test("decodeMat() refuses every cut", () => {
  const { array, element, file, doubles, compressed } = little;
  const points = array(6, [2, 1], "points", element(9, doubles(1, 2)));
  for (const bytes of [file(points), file(compressed(points))]) {
    for (let length = 0; length < bytes.length; length++) {
      const error = left(decodeMat(bytes.slice(0, length), "cut.mat"));
      equal(error._tag, "MalformedFile");
      equal(error.file, "cut.mat");
    }
  }
});

Deno.test("decodeMat() refuses an array that its file does not fill", () => {
  const { array, element, file, doubles } = little;
  const bytes = file(array(6, [2, 9], "points", element(9, doubles(1, 2))));
  equal(
    left(decodeMat(bytes, "a.mat")).message,
    'a.mat: "points" must be 18 numbers for [2,9]: got 2',
  );
});

Deno.test("decodeMat() refuses other versions by name", () => {
  const hdf5 = little.file(little.words(0, 0));
  hdf5[125] = 2;
  match(left(decodeMat(hdf5, "a.mat")).message, /MATLAB v5 file/);
});
