/**
 * Middlebury's `.flo` files: for each pixel, where it moves.
 *
 * @module
 */

import { OptionError } from "../core/errors.ts";
import type { Result } from "../core/result.ts";
import { checkImageSize } from "./_image_limits.ts";
import { attempt, refuse } from "./_refusal.ts";
import type { DataError } from "./data_error.ts";

/** For each pixel of a picture, how far its match lies from it in another one. */
export interface FlowField {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** `(u, v)` of each pixel, right and down, row-major, `height * width * 2` values; NaN where unknown. */
  readonly data: Float32Array;
}

/** What a file starts with, `PIEH` in letters. */
const MAGIC = 202021.25;

/** What stands for an unknown flow; larger ones do as well. */
const UNKNOWN = 1e9;

/**
 * Decodes a `.flo` file: 202021.25, columns, rows, then `(u, v)` of each pixel
 * row by row, all in 4 bytes little-endian. Values beyond 1e9 and ones that
 * are not finite mean that the flow is unknown and become NaN.
 *
 * @param bytes Content of the file.
 * @param file Its path, for errors.
 * @returns The flow, or what is wrong with the file.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { decodeFlow, encodeFlow } from "@simsc/core/data";
 *
 * const flow = { width: 2, height: 1, data: Float32Array.of(1, -0.5, NaN, NaN) };
 * const decoded = decodeFlow(encodeFlow(flow), "flow1.flo");
 * deepStrictEqual(decoded, { _tag: "Right", right: flow });
 * ```
 */
export function decodeFlow(
  bytes: Uint8Array,
  file: string,
): Result<DataError, FlowField> {
  return attempt(() => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const magic = bytes.length >= 12 ? view.getFloat32(0, true) : NaN;
    if (magic !== MAGIC) refuse(file, "magic", `${MAGIC}`, `${magic}`);
    const [width, height] = [view.getInt32(4, true), view.getInt32(8, true)];
    checkImageSize(file, "size", width, height);
    const count = width * height * 2;
    if (bytes.length !== 12 + count * 4) {
      const wanted = `${12 + count * 4} bytes for ${width} x ${height}`;
      refuse(file, "file", wanted, `${bytes.length}`);
    }
    const data = Float32Array.from({ length: count }, (_, i) => {
      const value = view.getFloat32(12 + i * 4, true);
      return Math.abs(value) < UNKNOWN ? value : NaN;
    });
    return { width, height, data };
  });
}

/**
 * Encodes a flow as a `.flo` file; NaN becomes 1e10.
 *
 * @param flow The flow.
 * @returns Content of the file.
 * @throws {OptionError} If its size and its number of values differ.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { encodeFlow } from "@simsc/core/data";
 *
 * const data = Float32Array.of(1, -0.5);
 * equal(encodeFlow({ width: 1, height: 1, data }).length, 12 + 8);
 * ```
 */
export function encodeFlow({ width, height, data }: FlowField): Uint8Array {
  if (data.length !== width * height * 2) {
    const wanted = `${width * height * 2} values for ${width} x ${height}`;
    throw new OptionError("encodeFlow", "data", wanted, data.length);
  }
  const bytes = new Uint8Array(12 + data.length * 4);
  const view = new DataView(bytes.buffer);
  view.setFloat32(0, MAGIC, true);
  view.setInt32(4, width, true);
  view.setInt32(8, height, true);
  data.forEach((value, i) => {
    const stored = Number.isNaN(value) ? 10 * UNKNOWN : value;
    view.setFloat32(12 + i * 4, stored, true);
  });
  return bytes;
}
