/**
 * Files as bytes, on a runtime that has a file system.
 *
 * @module
 */

import type { AsyncResult, Result } from "../core/result.ts";
import { type DataError, malformedFile, missingFile } from "./data_error.ts";
import { failureWords } from "./failure_words.ts";

/**
 * Reads a whole file.
 *
 * @param file Path of the file.
 * @returns Its bytes; {@linkcode MissingFile} where there is none,
 * {@linkcode MalformedFile} where it is a folder or cannot be read.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { readBytes } from "@simsc/core/data";
 *
 * const outcome = await readBytes("no/such/file.bin")();
 * equal(outcome._tag === "Left" && outcome.left._tag, "MissingFile");
 * ```
 */
export function readBytes(file: string): AsyncResult<DataError, Uint8Array> {
  return async () => {
    try {
      const { readFile } = await import("node:fs/promises");
      const bytes = await readFile(file);
      return {
        _tag: "Right",
        right: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength),
      };
    } catch (cause) {
      return isAbsent(cause)
        ? { _tag: "Left", left: missingFile(file) }
        : failure(file, { use: "read", wanted: "a readable file", cause });
    }
  };
}

/**
 * Writes a whole file or nothing: into a temporary file beside it, flushed to
 * the disk, then renamed over the old one, so that a crash or a full disk
 * leaves what was there before. Folders on the way are made.
 *
 * @param file Path of the file.
 * @param bytes Its content; a string is written as UTF-8.
 * @returns Nothing, or why the file could not be written.
 *
 * @example
 * ```ts
 * import { deepStrictEqual, equal } from "node:assert/strict";
 * import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
 * import { writeAtomic } from "@simsc/core/data";
 *
 * const folder = await mkdtemp("files-");
 * const file = `${folder}/new/result.json`;
 * await writeAtomic(file, "{}")();
 * await writeAtomic(file, '{"pck":0.5}')();
 * equal(await readFile(file, "utf8"), '{"pck":0.5}');
 * deepStrictEqual(await readdir(`${folder}/new`), ["result.json"]);
 * await rm(folder, { recursive: true });
 * ```
 */
export function writeAtomic(
  file: string,
  bytes: Uint8Array | string,
): AsyncResult<DataError, void> {
  return async () => {
    const temporary = `${file}.${crypto.randomUUID().slice(0, 8)}.tmp`;
    try {
      const { mkdir, open, rename, rm } = await import("node:fs/promises");
      const { dirname } = await import("node:path");
      await mkdir(dirname(file), { recursive: true });
      try {
        const handle = await open(temporary, "wx");
        try {
          await handle.writeFile(bytes);
          await handle.sync();
        } finally {
          await handle.close();
        }
        await rename(temporary, file);
      } catch (cause) {
        await rm(temporary, { force: true });
        throw cause;
      }
      return { _tag: "Right", right: undefined };
    } catch (cause) {
      return failure(file, { use: "write", wanted: "a writable file", cause });
    }
  };
}

/** The name `writeAtomic` gives while it writes. */
const TEMPORARY = /.\.[0-9a-f]{8}\.tmp$/;

/**
 * Removes the temporary files that a killed {@linkcode writeAtomic} left in a
 * folder, and nothing else. No one may be writing there at the time.
 *
 * @param folder Path of the folder; one that is not there holds none.
 * @returns Names of what was removed, or why it could not be.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { mkdtemp, rm, writeFile } from "node:fs/promises";
 * import { removeTemporaries } from "@simsc/core/data";
 *
 * const folder = await mkdtemp("run-");
 * await writeFile(`${folder}/last.safetensors.0a1b2c3d.tmp`, "half");
 * const removed = await removeTemporaries(folder)();
 * deepStrictEqual(removed._tag === "Right" && removed.right, [
 *   "last.safetensors.0a1b2c3d.tmp",
 * ]);
 * await rm(folder, { recursive: true });
 * ```
 */
export function removeTemporaries(
  folder: string,
): AsyncResult<DataError, readonly string[]> {
  return async () => {
    try {
      const { readdir, rm } = await import("node:fs/promises");
      const { join } = await import("node:path");
      const entries = await readdir(folder, { withFileTypes: true });
      const names = entries
        .filter((entry) => entry.isFile() && TEMPORARY.test(entry.name))
        .map(({ name }) => name)
        .sort();
      for (const name of names) await rm(join(folder, name), { force: true });
      return { _tag: "Right", right: names };
    } catch (cause) {
      if (isAbsent(cause)) return { _tag: "Right", right: [] };
      const wanted = "a readable folder";
      return failure(folder, { use: "read", wanted, cause });
    }
  };
}

function isAbsent(cause: unknown): boolean {
  return (cause as { readonly code?: unknown } | null)?.code === "ENOENT";
}

function failure(
  file: string,
  { use, wanted, cause }: {
    readonly use: "read" | "write";
    readonly wanted: string;
    readonly cause: unknown;
  },
): Result<DataError, never> {
  const got = failureWords(cause, use);
  return {
    _tag: "Left",
    left: malformedFile(file, "file", wanted, got, cause),
  };
}
