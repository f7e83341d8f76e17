/**
 * Numeric arrays of MATLAB's version 5 files, the form in which keypoints of
 * PF-WILLOW and PF-PASCAL are published.
 *
 * @module
 */

import { unzlibSync } from "fflate";
import type { Result } from "../core/result.ts";
import { attempt, refuse } from "./_refusal.ts";
import type { DataError } from "./data_error.ts";

/** One numeric array. */
export interface MatArray {
  /** Axis lengths, rows first. */
  readonly shape: readonly number[];
  /** Row-major elements; the file itself stores columns first. */
  readonly data: Float64Array;
}

/** A data element: its type and its content. */
interface Element {
  readonly type: number;
  readonly view: DataView;
  /** Where the next element starts. */
  readonly next: number;
}

/** What reading one file carries along. */
interface Context {
  readonly file: string;
  readonly littleEndian: boolean;
}

const COMPRESSED = 15;
const MATRIX = 14;

/** Bit of the array flags that says that an imaginary part follows. */
const COMPLEX = 0x0800;

/** Readers of the stored types by their number, and bytes of an element. */
const STORED: Readonly<
  Record<
    number,
    readonly [
      size: number,
      get: (view: DataView, at: number, littleEndian: boolean) => number,
    ]
  >
> = {
  1: [1, (view, at) => view.getInt8(at)],
  2: [1, (view, at) => view.getUint8(at)],
  3: [2, (view, at, little) => view.getInt16(at, little)],
  4: [2, (view, at, little) => view.getUint16(at, little)],
  5: [4, (view, at, little) => view.getInt32(at, little)],
  6: [4, (view, at, little) => view.getUint32(at, little)],
  7: [4, (view, at, little) => view.getFloat32(at, little)],
  9: [8, (view, at, little) => view.getFloat64(at, little)],
  12: [8, (view, at, little) => Number(view.getBigInt64(at, little))],
  13: [8, (view, at, little) => Number(view.getBigUint64(at, little))],
};

/**
 * Decodes the real numeric arrays of a MATLAB v5 file, of either byte order,
 * compressed or not.
 *
 * Text, cells, structures, sparse and complex arrays are left out. NaN, which
 * the data sets use for an absent keypoint, is kept.
 *
 * @param bytes Content of the file.
 * @param file Its path, for errors.
 * @returns Arrays by name, or what is wrong with the file.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { decodeMat } from "@simsc/core/data";
 *
 * const outcome = decodeMat(new Uint8Array(3), "a.mat");
 * equal(outcome._tag, "Left");
 * ```
 */
export function decodeMat(
  bytes: Uint8Array,
  file: string,
): Result<DataError, Readonly<Record<string, MatArray>>> {
  return attempt(() => {
    const view = asView(bytes);
    const context = readHeader(view, file);
    if (view.byteLength === 128) {
      refuse(file, "element", "at least one", "none");
    }
    const arrays: [string, MatArray][] = [];
    for (let at = 128; at < view.byteLength;) {
      const element = readElement(view, at, context, "element");
      const named = element.type === COMPRESSED
        ? readMatrix(inflate(element, context), context)
        : readMatrix(element, context);
      if (named !== undefined) arrays.push(named);
      at = element.next;
    }
    return Object.fromEntries(arrays);
  });
}

function readHeader(view: DataView, file: string): Context {
  if (view.byteLength < 128) {
    refuse(file, "header", "128 bytes", `${view.byteLength}`);
  }
  const order = String.fromCharCode(view.getUint8(126), view.getUint8(127));
  const littleEndian = order === "IM";
  const version = view.getUint16(124, littleEndian);
  if ((order !== "IM" && order !== "MI") || version !== 0x0100) {
    refuse(
      file,
      "header",
      "that of a MATLAB v5 file (saved with -v6 or -v7)",
      `order ${JSON.stringify(order)}, version ${version}`,
    );
  }
  return { file, littleEndian };
}

/** An element of up to 4 bytes has its length in the upper half of its tag. */
function readElement(
  view: DataView,
  at: number,
  { file, littleEndian }: Context,
  field: string,
): Element {
  if (at + 8 > view.byteLength) {
    refuse(file, field, "a tag of 8 bytes", `end of data at byte ${at}`);
  }
  const tag = view.getUint32(at, littleEndian);
  const small = tag >>> 16;
  const type = small === 0 ? tag : tag & 0xffff;
  const length = small === 0 ? view.getUint32(at + 4, littleEndian) : small;
  const start = small === 0 ? at + 8 : at + 4;
  const room = small === 0 ? view.byteLength - start : 4;
  if (length > room) {
    refuse(file, field, `${length} bytes as its tag claims`, `${room}`);
  }
  const end = start + length;
  const padded = type === COMPRESSED ? end : Math.ceil(end / 8) * 8;
  return {
    type,
    view: new DataView(view.buffer, view.byteOffset + start, length),
    next: small === 0 ? padded : at + 8,
  };
}

function inflate(element: Element, context: Context): Element {
  const { buffer, byteOffset, byteLength } = element.view;
  let bytes: Uint8Array;
  try {
    bytes = unzlibSync(new Uint8Array(buffer, byteOffset, byteLength));
  } catch (cause) {
    refuse(
      context.file,
      "compressed element",
      "a whole zlib stream",
      String(cause),
      cause,
    );
  }
  return readElement(asView(bytes), 0, context, "compressed element");
}

/** Name and numbers of a matrix element; nothing where it holds something else. */
function readMatrix(
  element: Element,
  context: Context,
): [string, MatArray] | undefined {
  const { file, littleEndian } = context;
  if (element.type !== MATRIX) return undefined;
  const flags = readElement(element.view, 0, context, "array flags");
  if (flags.view.byteLength !== 8) {
    refuse(file, "array flags", "8 bytes", `${flags.view.byteLength}`);
  }
  const word = flags.view.getUint32(0, littleEndian);
  // Classes 6 to 15 are double, single and the integers of 8 to 64 bits.
  const kind = word & 0xff;
  if (kind < 6 || kind > 15 || (word & COMPLEX) !== 0) return undefined;
  const sizes = readElement(element.view, flags.next, context, "dimensions");
  const shape = [...readNumbers(sizes, context, "dimensions")];
  const label = readElement(element.view, sizes.next, context, "name");
  const name = new TextDecoder().decode(label.view);
  const content = readElement(element.view, label.next, context, name);
  const columnMajor = readNumbers(content, context, name);
  const count = shape.reduce((product, n) => product * n, 1);
  if (shape.some((n) => n < 0) || count !== columnMajor.length) {
    refuse(
      file,
      name,
      `${count} numbers for [${shape}]`,
      `${columnMajor.length}`,
    );
  }
  return [name, { shape, data: toRowMajor(columnMajor, shape) }];
}

function readNumbers(
  { type, view }: Element,
  { file, littleEndian }: Context,
  field: string,
): Float64Array {
  const stored = STORED[type];
  if (stored === undefined) {
    refuse(file, field, "of a numeric type", `type ${type}`);
  }
  const [size, get] = stored;
  if (view.byteLength % size !== 0) {
    refuse(file, field, `a multiple of ${size} bytes`, `${view.byteLength}`);
  }
  return Float64Array.from(
    { length: view.byteLength / size },
    (_, i) => get(view, i * size, littleEndian),
  );
}

function toRowMajor(
  data: Float64Array,
  shape: readonly number[],
): Float64Array {
  const out = new Float64Array(data.length);
  const index = shape.map(() => 0);
  for (const value of data) {
    out[index.reduce((at, i, axis) => at * shape[axis]! + i, 0)] = value;
    for (let axis = 0; axis < shape.length; axis++) {
      index[axis]! += 1;
      if (index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
  return out;
}

function asView(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
