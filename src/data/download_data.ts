/**
 * Public data sets, downloaded and unpacked.
 *
 * @module
 */

import type { AsyncResult } from "../core/result.ts";
import { hashFile } from "./_finish_download.ts";
import {
  readRecords,
  type SourceRecord,
  writeRecord,
} from "./_source_records.ts";
import { attemptAsync, refuse, unwrap } from "./_refusal.ts";
import type { DataError } from "./data_error.ts";
import type { DataSource, SourceFile } from "./data_sources.ts";
import { download, type DownloadOptions } from "./download.ts";
import { unpackArchive, type UnpackOptions } from "./unpack_archive.ts";

/** What is going on with which file. */
export interface DataProgress {
  /** What is done with it. */
  readonly stage: "downloading" | "unpacking";
  /** Name of the file. */
  readonly name: string;
  /** Bytes so far. */
  readonly done: number;
  /** Bytes in all, where known. */
  readonly total?: number;
}

/** Options of {@linkcode downloadData}. */
export interface DownloadDataOptions
  extends
    Pick<DownloadOptions, "signal" | "fetch" | "retries" | "waitMs">,
    Pick<UnpackOptions, "maxBytes" | "maxFiles" | "maxRatio"> {
  /** Address of a folder that has the files under their own names. */
  readonly mirror?: string;
  /** Downloads and unpacks again what is there. */
  readonly again?: boolean;
  /** Takes a file that differs from what came the first time. */
  readonly acceptChanged?: boolean;
  /** Hears of bytes. */
  readonly onProgress?: (progress: DataProgress) => void;
}

/** A file of a data set that is there. */
export interface DataFile {
  /** Its name. */
  readonly name: string;
  /** Where it came from. */
  readonly url: string;
  /** SHA-256 of what came, 64 hexadecimal digits. */
  readonly sha256: string;
  /** Its length. */
  readonly bytes: number;
  /** Whether an earlier call had brought it. */
  readonly wasThere: boolean;
}

/** Folder of what is on its way and of the record of what came. */
const FOLDER = ".downloads";

/**
 * Downloads the files of a data set and unpacks them into a folder.
 *
 * A download that was stopped goes on. A file whose publisher states a SHA-256
 * must have it; of others it is written into `.downloads/files.json`, and a
 * later download that differs is refused. Archives are removed when they are
 * unpacked; a second call does not fetch them again.
 *
 * @param source The data set, such as one of `DATA_SOURCES`.
 * @param folder Where it goes.
 * @param options Mirror, limits, and what stops it.
 * @returns Its files, or what went wrong.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { readFile, rm } from "node:fs/promises";
 * import { DATA_SOURCES, downloadData } from "@simsc/core/data";
 *
 * const list = { url: "https://example.org/a.csv", name: "a.csv", kind: "file" } as const;
 * const source = { ...DATA_SOURCES[0]!, files: [list] };
 * const fetch = () => Promise.resolve(new Response("imageA,imageB"));
 * const files = await downloadData(source, "downloaded", { fetch })();
 * equal(files._tag === "Right" && files.right[0]?.bytes, 13);
 * equal(await readFile("downloaded/a.csv", "utf8"), "imageA,imageB");
 * await rm("downloaded", { recursive: true });
 * ```
 */
export function downloadData(
  source: DataSource,
  folder: string,
  options: DownloadDataOptions = {},
): AsyncResult<DataError, readonly DataFile[]> {
  return () =>
    attemptAsync(async () => {
      const { join } = await import("node:path");
      const list = join(folder, FOLDER, "files.json");
      const files: DataFile[] = [];
      for (const file of source.files) {
        const known = (await readRecords(list))[file.name];
        files.push(
          known?.isReady && !options.again
            ? asFile(file.name, known)
            : await fetchFile(file, { folder, list, known, options }),
        );
      }
      return files;
    });
}

function asFile(
  name: string,
  { url, sha256, bytes }: SourceRecord,
): DataFile {
  return { name, url, sha256, bytes, wasThere: true };
}

async function fetchFile(
  file: SourceFile,
  { folder, list, known, options }: {
    readonly folder: string;
    readonly list: string;
    readonly known: SourceRecord | undefined;
    readonly options: DownloadDataOptions;
  },
): Promise<DataFile> {
  const { join } = await import("node:path");
  const { rename, rm } = await import("node:fs/promises");
  const { name, kind } = file;
  const { mirror, again, acceptChanged = false } = options;
  const url = mirror === undefined
    ? file.url
    : `${mirror.replace(/\/+$/, "")}/${encodeURIComponent(name)}`;
  const path = join(folder, FOLDER, name);
  const hear = (stage: DataProgress["stage"]) =>
  (
    progress: { readonly done: number; readonly total?: number },
  ) => options.onProgress?.({ stage, name, ...progress });
  const wanted = file.sha256 ?? known?.sha256;
  const { sha256, bytes } = (again ? undefined : await isWhole(path, wanted)) ??
    unwrap(
      await download(url, {
        ...options,
        file: path,
        ...(file.sha256 && { sha256: file.sha256 }),
        onProgress: hear("downloading"),
      })(),
    );
  if (known && known.sha256 !== sha256 && !acceptChanged) {
    await rm(path, { force: true });
    refuse(url, "sha256", `${known.sha256} as it was before`, sha256);
  }
  const record = { url, sha256, bytes };
  // Before it is unpacked, so that it need not come again if that is stopped.
  await writeRecord(list, name, { ...record, isReady: false });
  if (kind === "archive") {
    const onProgress = hear("unpacking");
    unwrap(await unpackArchive(path, folder, { ...options, onProgress })());
    await rm(path);
  } else await rename(path, join(folder, name));
  await writeRecord(list, name, { ...record, isReady: true });
  return { name, ...record, wasThere: false };
}

/** What an earlier call brought and did not unpack to the end. */
async function isWhole(
  path: string,
  wanted: string | undefined,
): Promise<{ readonly sha256: string; readonly bytes: number } | undefined> {
  if (wanted === undefined) return undefined;
  const found = await hashFile(path).catch(() => undefined);
  return found?.sha256 === wanted.toLowerCase() ? found : undefined;
}
