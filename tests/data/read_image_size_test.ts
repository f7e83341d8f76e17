import { deepStrictEqual, equal, match, ok } from "node:assert/strict";
import { join } from "node:path";
import { writeAtomic } from "../../src/data/files.ts";
import { readImageSize } from "../../src/data/read_image_size.ts";
import {
  fromBase64,
  left,
  pillowCases,
  right,
  withFolder,
} from "./_helpers.ts";
import { OTHERS } from "./_other_pictures.ts";
import { concat } from "./_png.ts";

const { decode } = await pillowCases();

Deno.test("readImageSize() reads the size that Pillow does", () =>
  withFolder(async (folder) => {
    for (const { name, file, width, height } of decode) {
      const path = join(folder, name);
      right(await writeAtomic(path, fromBase64(file))());
      deepStrictEqual(right(await readImageSize(path)()), { width, height });
    }
  }));

Deno.test("readImageSize() finds a frame header behind more than 64 KiB", () =>
  withFolder(async (folder) => {
    const jpeg = decode.find(({ file }) => file.startsWith("/9j/"))!;
    const bytes = fromBase64(jpeg.file);
    const comment = new Uint8Array(60_000);
    comment.set([0xff, 0xfe, (60_000 - 2) >> 8, (60_000 - 2) & 255]);
    const path = join(folder, "far.jpg");
    const far = concat([
      bytes.subarray(0, 2),
      comment,
      comment,
      bytes.subarray(2),
    ]);
    right(await writeAtomic(path, far)());
    const { width, height } = jpeg;
    deepStrictEqual(right(await readImageSize(path)()), { width, height });
  }));

Deno.test("readImageSize() names a file that is missing or no picture", () =>
  withFolder(async (folder) => {
    equal(left(await readImageSize(join(folder, "a"))())._tag, "MissingFile");
    match(left(await readImageSize(folder)()).message, /got a folder$/);
    const jpeg = fromBase64(
      decode.find(({ file }) => file.startsWith("/9j/"))!.file,
    );
    for (
      const bytes of [new Uint8Array(), jpeg.subarray(0, 8), new Uint8Array(99)]
    ) {
      const path = join(folder, "b");
      right(await writeAtomic(path, bytes)());
      match(
        left(await readImageSize(path)()).message,
        /"header" must be that of a PNG or a JPEG: got no size/,
      );
    }
    for (const [start, name] of OTHERS) {
      const path = join(folder, "c.jpg");
      const bytes = Uint8Array.from(start, (char) => char.charCodeAt(0));
      right(await writeAtomic(path, bytes)());
      const { message } = left(await readImageSize(path)());
      ok(
        message.startsWith(path) &&
          message.includes(`got that of ${name}: con`),
      );
    }
  }));
