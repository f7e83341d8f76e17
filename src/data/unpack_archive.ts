/**
 * Archives of data sets, unpacked without trusting them.
 *
 * @module
 */

import type { AsyncResult } from "../core/result.ts";
import { attemptAsync, refuse, unwrap } from "./_refusal.ts";
import type { DataError } from "./data_error.ts";
import { readBytes } from "./files.ts";

/** Options of {@linkcode unpackArchive}. */
export interface UnpackOptions {
  /** Bytes that may come out; 64 GiB by default. */
  readonly maxBytes?: number;
  /** Files and folders that may come out; a million by default. */
  readonly maxFiles?: number;
  /** Bytes that may come out for each byte read, beyond the first 16 MiB; 100 by default. */
  readonly maxRatio?: number;
  /** Stops between two entries; the promise is then rejected with its reason. */
  readonly signal?: AbortSignal;
  /** Hears how many bytes of the archive are read. */
  readonly onProgress?: (
    progress: { readonly done: number; readonly total: number },
  ) => void;
}

/** What came out of an archive. */
export interface Unpacked {
  /** Files and folders. */
  readonly files: number;
  /** Bytes of the files. */
  readonly bytes: number;
}

/**
 * Unpacks a zip, a tar or a tar in gzip, told apart by their first bytes.
 *
 * Nothing leaves the folder: a name that is absolute or has a `..`, a link, a
 * device and an encrypted entry are refused, and with them the archive. So is
 * one that grows beyond its limits, as soon as it does, by what comes out and
 * not by what it says of itself. Checksums inside the archive are checked.
 *
 * Everything is unpacked beside its place and moved there when all of it was
 * right; a refused archive leaves nothing. Files that are there already are
 * replaced, folders joined. On Windows a colon in a name, which SPair-71k
 * uses, becomes an underscore.
 *
 * @param archive Path of the archive.
 * @param folder Where it goes; made if need be.
 * @param options Limits, and what stops it.
 * @returns What came out, or what is wrong with the archive.
 *
 * @example
 * ```ts
 * import { deepStrictEqual, equal } from "node:assert/strict";
 * import { readFile, rm, writeFile } from "node:fs/promises";
 * import { zipSync } from "fflate";
 * import { unpackArchive } from "@simsc/core/data";
 *
 * await writeFile("good.zip", zipSync({ "a/b.txt": Uint8Array.of(104, 105) }));
 * const good = await unpackArchive("good.zip", "unpacked")();
 * deepStrictEqual(good._tag === "Right" && good.right, { files: 1, bytes: 2 });
 * equal(await readFile("unpacked/a/b.txt", "utf8"), "hi");
 *
 * await writeFile("bad.zip", zipSync({ "../b.txt": Uint8Array.of(104) }));
 * const bad = await unpackArchive("bad.zip", "unpacked")();
 * equal(
 *   bad._tag === "Left" && bad.left.message,
 *   'bad.zip: "entry" must be the name of an entry below the folder: got "../b.txt"',
 * );
 * for (const path of ["good.zip", "bad.zip", "unpacked"]) {
 *   await rm(path, { recursive: true });
 * }
 * ```
 */
export function unpackArchive(
  archive: string,
  folder: string,
  options: UnpackOptions = {},
): AsyncResult<DataError, Unpacked> {
  const {
    maxBytes = 2 ** 36,
    maxFiles = 1_000_000,
    maxRatio = 100,
    signal,
    onProgress,
  } = options;
  return () =>
    attemptAsync(async () => {
      const { mkdir, mkdtemp, rm, stat } = await import("node:fs/promises");
      const { join } = await import("node:path");
      const { archiveSink } = await import("./_archive_sink.ts");
      const { moveInto } = await import("./_move_into.ts");
      const kind = await kindOf(archive);
      const total = (await stat(archive)).size;
      await mkdir(folder, { recursive: true });
      const beside = await mkdtemp(join(folder, ".unpacking-"));
      try {
        const limits = { maxBytes, maxFiles, maxRatio };
        const sink = archiveSink(beside, { archive, limits });
        const onBytes = (done: number): void => {
          signal?.throwIfAborted();
          onProgress?.({ done, total });
        };
        if (kind === "zip") {
          const { unpackZip } = await import("./_unpack_zip.ts");
          await unpackZip(archive, sink, { onBytes });
        } else {
          const { unpackTar } = await import("./_unpack_tar.ts");
          const isGzip = kind === "gzip";
          await unpackTar(archive, sink, { isGzip, onBytes });
        }
        signal?.throwIfAborted();
        await moveInto(beside, folder, archive);
        return sink.counts();
      } catch (thrown) {
        // Streams wrap the reason in errors of their own.
        signal?.throwIfAborted();
        throw thrown;
      } finally {
        await rm(beside, { recursive: true, force: true });
      }
    });
}

async function kindOf(archive: string): Promise<"zip" | "gzip" | "tar"> {
  const { open } = await import("node:fs/promises");
  const handle = await open(archive).catch(() => undefined);
  const head = new Uint8Array(512);
  const isRead = await handle?.read(head, 0, head.length, 0)
    .then(() => true, () => false);
  await handle?.close();
  // Reading it whole says why it cannot be: a folder opens, but is not read.
  if (!isRead) unwrap(await readBytes(archive)());
  const text = (from: number, to: number): string =>
    String.fromCharCode(...head.subarray(from, to));
  if (["PK\x03\x04", "PK\x05\x06"].includes(text(0, 4))) return "zip";
  if (head[0] === 0x1f && head[1] === 0x8b) return "gzip";
  if (text(257, 262) === "ustar") return "tar";
  const start = [...head.subarray(0, 4)];
  refuse(archive, "first bytes", "those of a zip, gzip or tar", `[${start}]`);
}
