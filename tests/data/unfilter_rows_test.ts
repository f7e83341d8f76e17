import { deepStrictEqual, equal } from "node:assert/strict";
import { decode } from "fast-png";
import { decodeImage } from "../../src/data/decode_image.ts";
import { unfilterRows } from "../../src/data/_unfilter_rows.ts";
import { drawn } from "../_helpers.ts";
import { pngFile } from "./_png.ts";
import { left, right } from "./_helpers.ts";

Deno.test("unfilterRows() undoes each filter, by hand", () => {
  const size = { rowBytes: 4, pixelBytes: 2 };
  // Rows over each other: none, left, above, average, Paeth; sums modulo 256.
  const rows = Uint8Array.of(
    ...[0, 10, 20, 30, 250],
    ...[1, 1, 2, 3, 4], // 1, 2, 3 + 1, 4 + 2
    ...[2, 9, 9, 9, 255], // + the row above: 10, 11, 13, 261 = 5
    ...[3, 1, 1, 1, 1], // halves: 5, 5; (6 + 13) / 2 = 9, (6 + 5) / 2 = 5
    ...[4, 1, 1, 1, 1], // above 6, 6; then of 7, 10, 6 the 10; of 7, 6, 6 the 7
  );
  deepStrictEqual([...unfilterRows(rows, size) as Uint8Array], [
    ...[10, 20, 30, 250],
    ...[1, 2, 4, 6],
    ...[10, 11, 13, 5],
    ...[6, 6, 10, 6],
    ...[7, 7, 11, 8],
  ]);
});

Deno.test("decodeImage() undoes any mix of filters as fast-png does", async () => {
  const [width, height] = [23, 40];
  for (
    const [colorType, channels] of [[0, 1], [2, 3], [4, 2], [6, 4]] as const
  ) {
    const bytes = drawn(colorType, [height, 1 + width * channels], [0, 256]);
    const rows = [...bytes.data].map((value, i) =>
      i % (1 + width * channels) === 0
        ? Math.floor(value / 51.2)
        : Math.floor(value)
    );
    const file = pngFile({ width, height, depth: 8, colorType, rows });
    const { data } = right(
      await decodeImage(file as Uint8Array<ArrayBuffer>, "a.png")(),
    );
    const wanted = decode(file).data;
    const rgb = channels < 3 ? [0, 0, 0] : [0, 1, 2];
    deepStrictEqual(
      [...data],
      Array.from(
        { length: width * height },
        (_, p) => rgb.map((c) => wanted[p * channels + c]!),
      ).flat(),
    );
  }
});

Deno.test("decodeImage() refuses a filter that there is not", async () => {
  const rows = [5, 1, 2, 3];
  const file = pngFile({ width: 1, height: 1, depth: 8, colorType: 2, rows });
  const error = left(
    await decodeImage(file as Uint8Array<ArrayBuffer>, "a.png")(),
  );
  equal(error.message, 'a.png: "IDAT" must be rows with filters 0 to 4: got 5');
});
