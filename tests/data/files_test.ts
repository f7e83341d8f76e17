import { deepStrictEqual, equal, match, ok } from "node:assert/strict";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { failureWords } from "../../src/data/failure_words.ts";
import {
  readBytes,
  removeTemporaries,
  writeAtomic,
} from "../../src/data/files.ts";
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
    for (const below of ["b.txt", join("b", "c.txt")]) {
      const file = join(folder, "a.txt", below);
      const error = left(await writeAtomic(file, "b")());
      equal(
        error.message,
        `${file}: "file" must be a writable file: got a file where a folder ` +
          "must be",
      );
      ok("cause" in error && error.cause instanceof Error);
    }
  }));

Deno.test("writeAtomic() says of a folder that is not there that it holds no file", () =>
  withFolder(async (folder) => {
    // The slash makes it a name within a folder that no one makes.
    const file = `${join(folder, "a")}/`;
    equal(
      left(await writeAtomic(file, "a")()).message,
      `${file}: "file" must be a writable file: got no folder that can hold it`,
    );
    deepStrictEqual(await readdir(folder), []);
  }));

Deno.test("readBytes() names a missing file", async () => {
  const error = left(await readBytes("no/such/file")());
  equal(error._tag, "MissingFile");
  equal(error.file, "no/such/file");
});

Deno.test("readBytes() refuses a folder", () =>
  withFolder(async (folder) => {
    const error = left(await readBytes(folder)());
    equal(error._tag, "MalformedFile");
    equal(
      error.message,
      `${folder}: "file" must be a readable file: got a folder`,
    );
  }));

Deno.test("removeTemporaries() removes what a killed writeAtomic() leaves, and no more", () =>
  withFolder(async (folder) => {
    const others = ["a.txt", "b.tmp", "c.0123456g.tmp", ".01234567.tmp"];
    for (const name of [...others, "last.safetensors.0a1b2c3d.tmp"]) {
      await writeFile(join(folder, name), "x");
    }
    await mkdir(join(folder, "d.01234567.tmp"));
    deepStrictEqual(right(await removeTemporaries(folder)()), [
      "last.safetensors.0a1b2c3d.tmp",
    ]);
    deepStrictEqual(
      (await readdir(folder)).toSorted(),
      [...others, "d.01234567.tmp"].toSorted(),
    );
    deepStrictEqual(right(await removeTemporaries(folder)()), []);
  }));

Deno.test("removeTemporaries() knows the names that writeAtomic() uses", () =>
  withFolder(async (folder) => {
    const file = join(folder, "big.bin");
    const writing = writeAtomic(file, new Uint8Array(2 ** 24))();
    let seen: readonly string[] = [];
    while (seen.length === 0) seen = await readdir(folder);
    right(await writing);
    match(seen[0]!, /^big\.bin\.[0-9a-f]{8}\.tmp$/);
  }));

Deno.test("removeTemporaries() finds none where there is no folder, refuses a file", () =>
  withFolder(async (folder) => {
    deepStrictEqual(right(await removeTemporaries(join(folder, "no"))()), []);
    const file = join(folder, "a.txt");
    right(await writeAtomic(file, "a")());
    equal(left(await removeTemporaries(file)()).file, file);
  }));

Deno.test("failureWords() has words for what often happens, else the code", () => {
  const cases: readonly (readonly [unknown, string])[] = [
    [{ code: "ENOSPC" }, "a full disk"],
    [{ code: "EACCES" }, "no permission"],
    [{ code: "EXDEV" }, "EXDEV"],
    [new TypeError("odd"), "TypeError: odd"],
  ];
  for (const [cause, words] of cases) {
    equal(failureWords(cause, "read"), words);
    equal(failureWords(cause, "write"), words);
  }
  const absent = { code: "ENOENT" };
  equal(failureWords(absent, "read"), "none");
  equal(failureWords(absent, "write"), "no folder that can hold it");
});
