import { deepStrictEqual, equal, match, ok } from "node:assert/strict";
import { decodeImage } from "../../src/data/decode_image.ts";
import denoJson from "../../deno.json" with { type: "json" };
import { fromBase64, left, pillowCases, right } from "./_helpers.ts";
import { OTHERS } from "./_other_pictures.ts";
import { concat, pngFile } from "./_png.ts";

const { decode: cases, cmykJpeg } = await pillowCases();

for (const { name, file, width, height, rgb } of cases) {
  Deno.test(`decodeImage() equals Pillow on a ${name}`, async () => {
    const image = right(await decodeImage(fromBase64(file), name)());
    deepStrictEqual([image.width, image.height], [width, height]);
    deepStrictEqual(image.data, fromBase64(rgb));
  });

  Deno.test(`decodeImage() refuses every cut of a ${name}`, async () => {
    const bytes = fromBase64(file);
    for (let length = 0; length < bytes.length; length += 3) {
      const error = left(await decodeImage(bytes.slice(0, length), "cut")());
      equal(error._tag, "MalformedFile");
      equal(error.file, "cut");
    }
    left(await decodeImage(bytes.slice(0, -1), "cut")());
    right(await decodeImage(bytes, "whole")());
  });
}

Deno.test("decodeImage() names the pinned decoders", async () => {
  const [png, jpeg] = [cases[0]!, cases.find((c) => c.name.includes("JPEG"))!];
  const { imports } = denoJson;
  const names = await Promise.all(
    [png, jpeg].map(async ({ file }) =>
      right(await decodeImage(fromBase64(file), "")()).decoder
    ),
  );
  equal(imports["fast-png"], `npm:${names[0]!.replace(" ", "@")}`);
  equal(
    imports["@jsquash/jpeg"],
    `npm:${names[1]!.match(/\((.*)\)/)![1]!.replace(" ", "@")}`,
  );
});

Deno.test("decodeImage() refuses a PNG with any byte changed", async () => {
  const bytes = fromBase64(cases[0]!.file);
  for (let i = 0; i < bytes.length; i += 2) {
    const changed = bytes.slice();
    changed[i]! ^= 0x10;
    equal((await decodeImage(changed, "changed")())._tag, "Left", `byte ${i}`);
  }
});

Deno.test("decodeImage() never gives a JPEG whose cut is hidden by an end marker", async () => {
  const bytes = fromBase64(cases.find((c) => c.name === "baseline JPEG")!.file);
  const cut = concat([bytes.slice(0, -40), Uint8Array.of(0xff, 0xd9)]);
  const error = left(await decodeImage(cut, "cut.jpg")());
  match(error.message, /^cut\.jpg: "scan" must be intact picture data: got /);
  // The decoder recovers for the next picture.
  right(await decodeImage(bytes, "whole.jpg")());
});

Deno.test("decodeImage() ignores what follows a JPEG's end marker", async () => {
  const { file, rgb } = cases.find((c) => c.name === "baseline JPEG")!;
  const bytes = concat([fromBase64(file), Uint8Array.of(0, 1, 2)]);
  deepStrictEqual(right(await decodeImage(bytes, "")()).data, fromBase64(rgb));
});

Deno.test("decodeImage() refuses a CMYK JPEG and decodes the next", async () => {
  const error = left(await decodeImage(fromBase64(cmykJpeg), "cmyk.jpg")());
  equal(
    error.message,
    'cmyk.jpg: "SOF" must be a frame of RGB or grey: got CMYK, 4 colours: ' +
      "convert it to PNG or (RGB) JPEG",
  );
  const jpeg = cases.find((c) => c.name === "gray JPEG")!;
  right(await decodeImage(fromBase64(jpeg.file), "")());
});

Deno.test("decodeImage() refuses a file that is neither PNG nor JPEG", async () => {
  const none = left(await decodeImage(Uint8Array.of(1, 2), "a.png")());
  match(none.message, /must be those of a PNG or a JPEG: got \[1,2\]$/);
  left(await decodeImage(new Uint8Array(0), "empty.png")());
});

Deno.test("decodeImage() names the format of other pictures", async () => {
  for (const [start, name] of OTHERS) {
    const bytes = Uint8Array.from(start, (char) => char.charCodeAt(0));
    equal(
      left(await decodeImage(bytes, "a.png")()).message,
      'a.png: "first bytes" must be those of a PNG or a JPEG: got those of ' +
        `${name}: convert it to PNG or (RGB) JPEG`,
    );
  }
});

Deno.test("decodeImage() cuts 16-bit grey to its upper byte", async () => {
  const rows = [0, 0x12, 0x34, 0xff, 0x00];
  const file = pngFile({ width: 2, height: 1, depth: 16, colorType: 0, rows });
  deepStrictEqual(
    right(await decodeImage(file, "")()).data,
    Uint8Array.of(0x12, 0x12, 0x12, 0xff, 0xff, 0xff),
  );
});

Deno.test("decodeImage() stretches 2- and 4-bit grey to 0..255", async () => {
  // 0b00_01_10_11 is 0, 1, 2, 3 of 3, and 0x1f is 1 and 15 of 15.
  const two = pngFile({
    width: 4,
    height: 1,
    depth: 2,
    colorType: 0,
    rows: [0, 0b00011011],
  });
  const data = right(await decodeImage(two, "")()).data;
  deepStrictEqual(
    data.filter((_, i) => i % 3 === 0),
    Uint8Array.of(0, 85, 170, 255),
  );
  const four = pngFile({
    width: 2,
    height: 1,
    depth: 4,
    colorType: 0,
    rows: [0, 0x1f],
  });
  deepStrictEqual(
    right(await decodeImage(four, "")()).data,
    Uint8Array.of(17, 17, 17, 255, 255, 255),
  );
});

Deno.test("decodeImage() reads an interlaced PNG", async () => {
  // 2 x 2: pass 1 has (0, 0), pass 6 has (1, 0), pass 7 the second row.
  const rows = [0, 10, 0, 20, 0, 30, 40];
  const file = pngFile({
    width: 2,
    height: 2,
    depth: 8,
    colorType: 0,
    interlace: 1,
    rows,
  });
  const { data } = right(await decodeImage(file, "")());
  deepStrictEqual(
    data.filter((_, i) => i % 3 === 0),
    Uint8Array.of(10, 20, 30, 40),
  );
});

Deno.test("decodeImage() refuses a PNG with fewer or more rows than it claims", async () => {
  const header = { width: 2, height: 3, depth: 8, colorType: 0 };
  for (const [rows, got] of [[8, "8"], [6, "6"], [1e6, "more"]] as const) {
    const file = pngFile({ ...header, rows: new Uint8Array(rows) });
    const error = left(await decodeImage(file, "a.png")());
    equal(
      error.message,
      `a.png: "IDAT" must be 9 bytes for 2 x 3: got ${got}`,
    );
  }
});

Deno.test("decodeImage() refuses a header of more than 100 megapixels", async () => {
  const file = pngFile({
    width: 100_001,
    height: 1_000,
    depth: 8,
    colorType: 2,
    rows: [0],
  });
  match(
    left(await decodeImage(file, "big.png")()).message,
    /"IHDR" must be 1 to 100000000 pixels/,
  );
  const jpeg = fromBase64(cases.find((c) => c.name === "baseline JPEG")!.file);
  const frame = jpeg.findIndex((byte, i) =>
    byte === 0xff && jpeg[i + 1] === 0xc0
  );
  jpeg.fill(0xff, frame + 5, frame + 9);
  match(
    left(await decodeImage(jpeg, "big.jpg")()).message,
    /"SOF" must be 1 to 100000000 pixels/,
  );
});

Deno.test("decodeImage() refuses a palette index without a colour", async () => {
  const file = pngFile({
    width: 1,
    height: 1,
    depth: 8,
    colorType: 3,
    rows: [0, 1],
    extra: [["PLTE", Uint8Array.of(1, 2, 3)]],
  });
  const { message } = left(await decodeImage(file, "a.png")());
  equal(message, 'a.png: "PLTE" must be more than 1 colours: got 1');
});

Deno.test("decodeImage() is not disturbed by an odd ancillary chunk", async () => {
  const file = pngFile({
    width: 1,
    height: 1,
    depth: 8,
    colorType: 0,
    rows: [0, 9],
    extra: [["iCCP", Uint8Array.of(65, 0, 7)], ["tEXt", new Uint8Array(0)]],
  });
  ok(right(await decodeImage(file, "")()).data[0] === 9);
});
