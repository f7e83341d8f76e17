/**
 * The safetensors format: an 8-byte little-endian header length, a JSON
 * header, then the raw little-endian elements.
 *
 * @module
 */

import { OptionError, ShapeError } from "../core/errors.ts";
import type { Result } from "../core/result.ts";
import { checkFinite } from "./_check_finite.ts";
import {
  decodeElements,
  ELEMENT_BYTES,
  encodeElements,
} from "./_safetensors_elements.ts";
import { headerLength, readHeader } from "./_safetensors_header.ts";
import { attempt } from "./_refusal.ts";
import type { DataError } from "./data_error.ts";

/** One tensor read from, or to be written to, a file. */
export interface NamedTensor {
  /** Axis lengths, outermost first; `[]` is a scalar. */
  readonly shape: readonly number[];
  /** Row-major elements. */
  readonly data: Float32Array;
}

/** Tensors by their name in the file. */
export type NamedTensors = Readonly<Record<string, NamedTensor>>;

/** Content of one safetensors file. */
export interface SafetensorsFile {
  /** Every tensor, converted to float32. */
  readonly tensors: NamedTensors;
  /** Strings of the header's `__metadata__`; empty where there is none. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Decodes a safetensors file.
 *
 * Every type becomes float32: `F64` is rounded, and integers and booleans
 * (such as the counter `num_batches_tracked`) become the nearest number. The
 * eight-bit floats are refused. A NaN or an infinity is refused as well, since
 * weights that hold one only ever come from a broken run or a broken copy.
 *
 * @param bytes Content of the file.
 * @param file Its path, for errors.
 * @returns The tensors and the metadata, or what is wrong with the file.
 *
 * @example
 * ```ts
 * import { deepStrictEqual, equal } from "node:assert/strict";
 * import { decodeSafetensors, encodeSafetensors } from "@simsc/core/data";
 *
 * const bias = { shape: [2], data: Float32Array.of(1, -2) };
 * const decoded = decodeSafetensors(encodeSafetensors({ bias }), "a.safetensors");
 * equal(decoded._tag, "Right");
 * if (decoded._tag === "Right") deepStrictEqual(decoded.right.tensors, { bias });
 * ```
 */
export function decodeSafetensors(
  bytes: Uint8Array,
  file: string,
): Result<DataError, SafetensorsFile> {
  return attempt(() => {
    const start = 8 + headerLength(bytes, bytes.byteLength, file);
    const json = bytes.subarray(8, start);
    const available = bytes.byteLength - start;
    const { entries, metadata } = readHeader(json, available, file);
    const tensors = entries.map((entry): [string, NamedTensor] => {
      const part = new DataView(
        bytes.buffer,
        bytes.byteOffset + start + entry.begin,
        entry.end - entry.begin,
      );
      const data = decodeElements(entry.dtype, part);
      checkFinite(data, entry.name, file);
      return [entry.name, { shape: entry.shape, data }];
    });
    return { tensors: Object.fromEntries(tensors), metadata };
  });
}

/** Types of elements that can be written. */
export type WrittenDtype = "F32" | "F16" | "BF16";

/**
 * Encodes tensors as a safetensors file, in the order of their names, so that
 * equal tensors give equal bytes.
 *
 * The two short types round to the nearest number, ties to the even one, as
 * PyTorch does.
 *
 * @param tensors What to store.
 * @param metadata Strings to keep in the header.
 * @param options `dtype` of every element, `F32` by default.
 * @returns Content of the file.
 * @throws {ShapeError} If a tensor holds another number of elements than its shape says.
 * @throws {OptionError} If a tensor is called `__metadata__`, or a number is
 * too large for the type.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { decodeSafetensors, encodeSafetensors } from "@simsc/core/data";
 *
 * const bias = { shape: [2], data: Float32Array.of(0.5, 0.1) };
 * const bytes = encodeSafetensors({ bias }, { origin: "drawn" }, {
 *   dtype: "F16",
 * });
 * const decoded = decodeSafetensors(bytes, "half.safetensors");
 * if (decoded._tag === "Left") throw new Error(decoded.left.message);
 * const { tensors, metadata } = decoded.right;
 * deepStrictEqual(metadata, { origin: "drawn" });
 * deepStrictEqual([...tensors["bias"]!.data], [0.5, 0.0999755859375]); // rounded
 * ```
 */
export function encodeSafetensors(
  tensors: NamedTensors,
  metadata: Readonly<Record<string, string>> = {},
  options: { readonly dtype?: WrittenDtype } = {},
): Uint8Array {
  const { dtype = "F32" } = options;
  const names = Object.keys(tensors).sort();
  const header: [string, unknown][] = [];
  if (Object.keys(metadata).length > 0) header.push(["__metadata__", metadata]);
  let end = 0;
  for (const name of names) {
    const { shape, data } = tensors[name]!;
    if (name === "__metadata__") {
      throw new OptionError(FN, "tensors", "free of the reserved name", name);
    }
    if (shape.reduce((product, n) => product * n, 1) !== data.length) {
      throw new ShapeError(
        FN,
        name,
        `a shape of ${data.length} elements`,
        shape,
      );
    }
    const begin = end;
    end += data.length * ELEMENT_BYTES[dtype]!;
    header.push([name, { dtype, shape, data_offsets: [begin, end] }]);
  }
  const json = new TextEncoder().encode(
    JSON.stringify(Object.fromEntries(header)),
  );
  // Spaces up to a multiple of 8 keep the elements aligned for readers that map the file.
  const length = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + length + end).fill(0x20, 8, 8 + length);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(length), true);
  bytes.set(json, 8);
  let at = 8 + length;
  for (const name of names) {
    const { data } = tensors[name]!;
    const size = data.length * ELEMENT_BYTES[dtype]!;
    const part = new DataView(bytes.buffer, at, size);
    const lost = encodeElements(dtype, data, part);
    if (lost !== undefined) {
      const wanted = `numbers that ${dtype} can hold`;
      throw new OptionError(FN, name, wanted, data[lost]);
    }
    at += size;
  }
  return bytes;
}

/** Name of the function above, for messages. */
const FN = "encodeSafetensors";
