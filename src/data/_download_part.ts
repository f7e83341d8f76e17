import type { FileHandle } from "node:fs/promises";
import { failDownload } from "./_fail_download.ts";
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
  const ask = options.fetch ?? fetch;
  const { part, about } = partFiles(file);
  const fs = await import("node:fs/promises");
  const earlier = await readAbout(about);
  const size = earlier?.url === url
    ? (await fs.stat(part).catch(() => ({ size: 0 }))).size
    : 0;
  const fail = (got: string, cause?: unknown, status?: number): Part => {
    if (signal?.aborted) {
      return failDownload(url, file, "stopped: call again to go on", cause);
    }
    if (!isLast) return { isWhole: false, resumedFrom: size };
    return failDownload(url, file, got, cause, status);
  };
  let response: Response;
  try {
    response = await ask(url, {
      headers: {
        "Accept-Encoding": "identity",
        ...(size > 0 && {
          Range: `bytes=${size}-`,
          "If-Range": earlier!.etag,
        }),
      },
      ...(signal && { signal }),
    });
  } catch (cause) {
    return fail(`no answer (${(cause as Error).message})`, cause);
  }
  const { status } = response;
  const range = response.headers.get("Content-Range") ?? "";
  const isRest = status === 206 && range.startsWith(`bytes ${size}-`);
  if (status !== 200 && !isRest) {
    await response.body?.cancel();
    if (status === 416 || status === 206) {
      // What is here is no part of what is there.
      await fs.rm(part, { force: true });
      return fail(`answer ${status}`, undefined, status);
    }
    if (PASSING.has(status)) return fail(`answer ${status}`, undefined, status);
    return failDownload(url, file, `answer ${status}`, undefined, status);
  }
  const start = isRest ? size : 0;
  const etag = response.headers.get("ETag") ?? "";
  // A weak tag does not promise equal bytes, so it resumes nothing.
  const canResume = etag !== "" && !etag.startsWith("W/");
  // Another download that failed may have taken the folder away.
  const { dirname } = await import("node:path");
  await fs.mkdir(dirname(file), { recursive: true });
  await fs.rm(about, { force: true });
  if (canResume) await fs.writeFile(about, JSON.stringify({ url, etag }));
  const length = Number(response.headers.get("Content-Length") ?? NaN);
  const total = Number.isFinite(length) ? start + length : options.size;
  const handle = await fs.open(part, isRest ? "a" : "w");
  try {
    const done = await receive(response, handle, {
      start,
      total,
      url,
      options,
    });
    return total === undefined || done >= total
      ? { isWhole: true, resumedFrom: start }
      : fail(`${done} of ${total} bytes`);
  } catch (cause) {
    if (!(cause instanceof BrokenOff)) throw cause;
    return fail("a broken connection", cause.cause);
  } finally {
    await handle.close();
  }
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
      failDownload(url, file, `more than ${limit} bytes`);
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
