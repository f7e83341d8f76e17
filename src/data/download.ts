/**
 * A file from a server, whole or not at all.
 *
 * @module
 */

import type { AsyncResult } from "../core/result.ts";
import { attemptAsync, refuse } from "./_refusal.ts";
import type { DataError } from "./data_error.ts";
import { fetchPart } from "./_download_part.ts";
import { finishDownload } from "./_finish_download.ts";
import { failureWords } from "./failure_words.ts";

/** How far a download is, in bytes. */
export interface DownloadProgress {
  /** Bytes that are there. */
  readonly done: number;
  /** Bytes in all, where the server tells. */
  readonly total?: number;
}

/** Options of {@linkcode download}. */
export interface DownloadOptions {
  /** Path of the file; folders on the way are made, and removed where nothing came. */
  readonly file: string;
  /** SHA-256 of the file in hexadecimal, or its first digits, 8 at least. */
  readonly sha256?: string;
  /** Bytes that the file must have. */
  readonly size?: number;
  /** Most bytes that are taken; no limit by default. */
  readonly maxBytes?: number;
  /** Tries after a first one that broke off, each going on where the last ended; 3 by default. */
  readonly retries?: number;
  /** Wait before the first of them in milliseconds, twice as long before each next; 1000 by default. */
  readonly waitMs?: number;
  /** Stops the download; what has come stays for the next call. */
  readonly signal?: AbortSignal;
  /** Hears of every piece. */
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Asks the servers; `fetch` by default. */
  readonly fetch?: typeof fetch;
}

/** A file that has come whole. */
export interface Downloaded {
  /** Path of the file. */
  readonly file: string;
  /** Its bytes. */
  readonly bytes: number;
  /** SHA-256 of its content in hexadecimal. */
  readonly sha256: string;
  /** Bytes of an earlier, broken download that were used. */
  readonly resumedFrom: number;
}

/**
 * Downloads a file into `FILE.part` and gives it its name once it is whole and
 * its checksum is right.
 *
 * A download that broke off, even in another process, goes on where it ended,
 * by a range request that the server answers with the whole file again if it
 * has changed meanwhile (`If-Range` with its `ETag`). Answers 408, 425, 429
 * and 5xx and broken connections are tried again.
 *
 * @param url Where the file is; redirects are followed.
 * @param options Where to, and what must be true of it.
 * @returns The file, or why it did not come.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { mkdtemp, readFile, rm } from "node:fs/promises";
 * import { download } from "@simsc/core/data";
 *
 * const folder = await mkdtemp("download-");
 * const outcome = await download("http://example.org/a.txt", {
 *   file: `${folder}/a.txt`,
 *   sha256: "2c26b46b68ffc68f", // first digits suffice
 *   fetch: () => Promise.resolve(new Response("foo")),
 * })();
 * equal(outcome._tag, "Right");
 * equal(await readFile(`${folder}/a.txt`, "utf8"), "foo");
 * await rm(folder, { recursive: true });
 * ```
 */
export function download(
  url: string,
  options: DownloadOptions,
): AsyncResult<DataError, Downloaded> {
  const { file } = options;
  return () =>
    attemptAsync(() =>
      run(url, options).catch((cause: unknown) => {
        // A full disk, a folder without leave to write.
        const code = cause instanceof Error && "code" in cause && cause.code;
        if (typeof code !== "string") throw cause;
        const got = failureWords(cause, "write");
        return refuse(file, "file", "a writable file", got, cause);
      })
    );
}

/**
 * Makes the folder before it asks, so that a disk that takes nothing is known at
 * once, and removes it again where nothing came.
 */
async function run(url: string, options: DownloadOptions): Promise<Downloaded> {
  const { dirname } = await import("node:path");
  const { mkdir } = await import("node:fs/promises");
  const folder = dirname(options.file);
  const made = await mkdir(folder, { recursive: true });
  try {
    return await fetchWhole(url, options);
  } catch (error) {
    if (made !== undefined) await removeEmpty(folder, made);
    throw error;
  }
}

/** Removes empty folders from `folder` up to `last`. */
async function removeEmpty(folder: string, last: string): Promise<void> {
  const { dirname, resolve } = await import("node:path");
  const { rmdir } = await import("node:fs/promises");
  const top = resolve(last);
  for (let path = resolve(folder); path.startsWith(top); path = dirname(path)) {
    const isGone = await rmdir(path).then(() => true, () => false);
    if (!isGone) return;
  }
}

async function fetchWhole(
  url: string,
  options: DownloadOptions,
): Promise<Downloaded> {
  const { file, retries = 3, waitMs = 1000, signal } = options;
  let resumedFrom: number | undefined;
  for (let tries = 0;; tries++) {
    const part = await fetchPart(url, options, tries >= retries);
    resumedFrom ??= part.resumedFrom;
    if (part.isWhole) break;
    await pause(waitMs * 2 ** tries, signal);
  }
  const { bytes, sha256 } = await finishDownload(url, options);
  return { file, bytes, sha256, resumedFrom };
}

/** Waits, or no longer than to the signal. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener("abort", end);
    if (signal?.aborted) end();
  });
}
