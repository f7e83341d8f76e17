import { deepStrictEqual, equal, match } from "node:assert/strict";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { readBytes, writeAtomic } from "../../src/data/files.ts";
import { left, right, withFolder } from "./_helpers.ts";

Deno.test("writeAtomic() makes folders, and readBytes() reads back", () =>
  withFolder(async (folder) => {
    const file = join(folder, "a", "b", "c.bin");
    right(await writeAtomic(file, Uint8Array.of(1, 2, 255))());
    deepStrictEqual(right(await readBytes(file)()), Uint8Array.of(1, 2, 255));
    right(await writeAtomic(file, "é")());
    deepStrictEqual(right(await readBytes(file)()), Uint8Array.of(0xc3, 0xa9));
  }));

Deno.test("writeAtomic() leaves nothing else behind, failed or not", () =>
  withFolder(async (folder) => {
    right(await writeAtomic(join(folder, "a.txt"), "a")());
    await mkdir(join(folder, "taken", "inside"), { recursive: true });
    const error = left(await writeAtomic(join(folder, "taken"), "a")());
    equal(error._tag, "MalformedFile");
    equal(error.file, join(folder, "taken"));
    deepStrictEqual((await readdir(folder)).toSorted(), ["a.txt", "taken"]);
  }));

Deno.test("writeAtomic() says which file it could not write", () =>
  withFolder(async (folder) => {
    right(await writeAtomic(join(folder, "a.txt"), "a")());
    const file = join(folder, "a.txt", "b.txt");
    match(left(await writeAtomic(file, "b")()).message, /a\.txt.b\.txt/);
  }));

Deno.test("readBytes() names a missing file", async () => {
  const error = left(await readBytes("no/such/file")());
  equal(error._tag, "MissingFile");
  equal(error.file, "no/such/file");
});

Deno.test("readBytes() refuses a folder", () =>
  withFolder(async (folder) => {
    equal(left(await readBytes(folder)())._tag, "MalformedFile");
  }));
