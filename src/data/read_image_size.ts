/**
 * Sizes of pictures without decoding them.
 *
 * @module
 */

import type { AsyncResult } from "../core/result.ts";
import { CONVERT, otherFormat } from "./_other_format.ts";
import { attemptAsync, refuse, unwrap } from "./_refusal.ts";
import type { DataError } from "./data_error.ts";
import { readBytes } from "./files.ts";
import type { PixelSize } from "./scale_keypoints.ts";

/** Bytes that hold the size in nearly every file. */
const START = 65_536;

/**
 * Reads the size of a PNG or a JPEG from its header, mostly from the first
 * 64 KiB of the file; the rest may be damaged.
 *
 * @param file Path of the picture.
 * @returns Columns and rows, or what is wrong.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { rm, writeFile } from "node:fs/promises";
 * import { encode } from "fast-png";
 * import { readImageSize } from "@simsc/core/data";
 *
 * const data = new Uint8Array(2 * 3 * 3);
 * await writeFile("size.png", encode({ width: 2, height: 3, channels: 3, data }));
 * const size = await readImageSize("size.png")();
 * deepStrictEqual(size._tag === "Right" && size.right, { width: 2, height: 3 });
 * await rm("size.png");
 * ```
 */
export function readImageSize(file: string): AsyncResult<DataError, PixelSize> {
  return () =>
    attemptAsync(async () => {
      const start = await readStart(file);
      const found = sizeOf(start);
      if (found !== undefined) return found;
      const whole = start.length < START
        ? undefined
        : sizeOf(unwrap(await readBytes(file)()));
      if (whole !== undefined) return whole;
      const other = otherFormat(start);
      const got = other === undefined
        ? "no size"
        : `that of ${other}: ${CONVERT}`;
      refuse(file, "header", "that of a PNG or a JPEG", got);
    });
}

async function readStart(file: string): Promise<Uint8Array> {
  const { open } = await import("node:fs/promises");
  const handle = await open(file).catch(() => undefined);
  const buffer = new Uint8Array(START);
  const read = await handle?.read(buffer, 0, START, 0).catch(() => undefined);
  await handle?.close();
  // Reading it whole says why it cannot be: a folder opens, but is not read.
  if (read === undefined) return unwrap(await readBytes(file)());
  return buffer.subarray(0, read.bytesRead);
}

function sizeOf(bytes: Uint8Array): PixelSize | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = isPng(view)
    ? { width: view.getUint32(16), height: view.getUint32(20) }
    : jpegSize(view);
  return size && size.width > 0 && size.height > 0 ? size : undefined;
}

function isPng(view: DataView): boolean {
  return view.byteLength >= 24 && view.getUint32(0) === 0x89504e47 &&
    view.getUint32(4) === 0x0d0a1a0a && view.getUint32(12) === 0x49484452;
}

/** Walks the segments up to the frame header. */
function jpegSize(view: DataView): PixelSize | undefined {
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return undefined;
  for (let at = 2; at + 9 <= view.byteLength;) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf &&
      ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) {
      return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    }
    at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}
