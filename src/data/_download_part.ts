import type { FileHandle } from "node:fs/promises";
import { type DownloadFailure, failDownload } from "./_fail_download.ts";
import type { DownloadOptions } from "./download.ts";

/** Where a download is kept until it is whole, and what it is a part of. */
export function partFiles(
  file: string,
): { readonly part: string; readonly about: string } {
  return { part: `${file}.part`, about: `${file}.part.json` };
}

/** Which version of the file a part belongs to. */
interface About {
  readonly url: string;
  readonly etag: string;
}

/** How one try ended. */
export interface Part {
  /** Whether the last byte has come; else another try may bring it. */
  readonly isWhole: boolean;
  /** Bytes that were there before. */
  readonly resumedFrom: number;
}

/** Answers after which trying again makes sense. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * Asks for what is missing of a file and appends it. Gives up with an error if
 * the server refuses, or if this `isLast` try breaks off.
 */
export async function fetchPart(
  url: string,
  options: DownloadOptions,
  isLast: boolean,
): Promise<Part> {
  const { file, signal } = options;
  const earlier = await earlierPart(url, file);
  const fail = (failure: DownloadFailure): Part => {
    if (signal?.aborted) {
      const got = "stopped: call again to go on";
      return failDownload(url, { file, got, cause: failure.cause });
    }
    if (!isLast) return { isWhole: false, resumedFrom: earlier.size };
    return failDownload(url, { file, ...failure });
  };
  let response: Response;
  try {
    response = await askForRest({ url, options, earlier });
  } catch (cause) {
    return fail({ got: `no answer (${(cause as Error).message})`, cause });
  }
  const { status } = response;
  const range = response.headers.get("Content-Range") ?? "";
  const isRest = status === 206 && range.startsWith(`bytes ${earlier.size}-`);
  if (status !== 200 && !isRest) {
    await response.body?.cancel();
    const failure = { got: `answer ${status}`, status };
    if (status === 416 || status === 206) {
      await forgetPart(file);
      return fail(failure);
    }
    if (PASSING.has(status)) return fail(failure);
    return failDownload(url, { file, ...failure });
  }
  const start = isRest ? earlier.size : 0;
  const length = Number(response.headers.get("Content-Length") ?? NaN);
  const total = Number.isFinite(length) ? start + length : options.size;
  const handle = await openPart(file, {
    url,
    etag: response.headers.get("ETag") ?? "",
    isRest,
  });
  try {
    const context = { start, total, url, options };
    const done = await receive(response, handle, context);
    return total === undefined || done >= total
      ? { isWhole: true, resumedFrom: start }
      : fail({ got: `${done} of ${total} bytes` });
  } catch (cause) {
    if (!(cause instanceof BrokenOff)) throw cause;
    return fail({ got: "a broken connection", cause: cause.cause });
  } finally {
    await handle.close();
  }
}

/** What an earlier try left of this address; nothing is 0 bytes. */
interface EarlierPart {
  readonly size: number;
  readonly etag: string;
}

async function earlierPart(url: string, file: string): Promise<EarlierPart> {
  const { stat } = await import("node:fs/promises");
  const { part, about } = partFiles(file);
  const earlier = await readAbout(about);
  if (earlier?.url !== url) return { size: 0, etag: "" };
  const { size } = await stat(part).catch(() => ({ size: 0 }));
  return { size, etag: earlier.etag };
}

/** Asks for all of a file, or for what is missing if it is still the same one. */
async function askForRest(
  { url, options, earlier: { size, etag } }: {
    readonly url: string;
    readonly options: DownloadOptions;
    readonly earlier: EarlierPart;
  },
): Promise<Response> {
  const { signal } = options;
  const ask = options.fetch ?? fetch;
  return await ask(url, {
    headers: {
      "Accept-Encoding": "identity",
      ...(size > 0 && { Range: `bytes=${size}-`, "If-Range": etag }),
    },
    ...(signal && { signal }),
  });
}

/** Removes a part that is none of what the server has. */
async function forgetPart(file: string): Promise<void> {
  const { rm } = await import("node:fs/promises");
  await rm(partFiles(file).part, { force: true });
}

/** Opens the part to write to, and notes what it is a part of. */
async function openPart(
  file: string,
  { url, etag, isRest }: About & {
    /** Whether what comes goes on where the part ends. */
    readonly isRest: boolean;
  },
): Promise<FileHandle> {
  const { mkdir, open, rm, writeFile } = await import("node:fs/promises");
  const { dirname } = await import("node:path");
  const { part, about } = partFiles(file);
  // A weak tag does not promise equal bytes, so it resumes nothing.
  const canResume = etag !== "" && !etag.startsWith("W/");
  // Another download that failed may have taken the folder away.
  await mkdir(dirname(file), { recursive: true });
  await rm(about, { force: true });
  if (canResume) await writeFile(about, JSON.stringify({ url, etag }));
  return await open(part, isRest ? "a" : "w");
}

/** The connection ended before the file did. */
class BrokenOff extends Error {}

async function receive(
  response: Response,
  handle: FileHandle,
  context: {
    readonly start: number;
    readonly total: number | undefined;
    readonly url: string;
    readonly options: DownloadOptions;
  },
): Promise<number> {
  const { start, total, url, options: { file, maxBytes, onProgress } } =
    context;
  const limit = maxBytes ?? Infinity;
  let done = start;
  const report = () =>
    onProgress?.({ done, ...(total !== undefined && { total }) });
  report();
  const reader = response.body?.getReader();
  for (;;) {
    const piece = await reader?.read().catch((cause) => {
      throw new BrokenOff("broken off", { cause });
    });
    if (piece === undefined || piece.done) return done;
    done += piece.value.length;
    if (done > limit) {
      await reader?.cancel();
      failDownload(url, { file, got: `more than ${limit} bytes` });
    }
    await handle.writeFile(piece.value);
    report();
  }
}

async function readAbout(file: string): Promise<About | undefined> {
  const { readFile } = await import("node:fs/promises");
  try {
    return JSON.parse(await readFile(file, "utf8")) as About;
  } catch {
    return undefined;
  }
}
