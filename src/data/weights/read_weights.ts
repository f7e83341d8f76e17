/**
 * Weights of any format as named float32 tensors.
 *
 * @module
 */

import type { AsyncResult } from "../../core/result.ts";
import type { DataError } from "../data_error.ts";
import type { NamedTensor, NamedTensors } from "../safetensors.ts";
import { withWeights } from "./_open_weights.ts";
import type { WeightsListing } from "./weights_listing.ts";

/** Options of {@linkcode readWeights} and {@linkcode listWeights}. */
export interface WeightsOptions {
  /**
   * Dict of a PyTorch checkpoint to take, its keys joined by dots, such as
   * `student`; by default averaged weights before trained ones.
   */
  readonly key?: string;
  /** Names of the tensors to read; all by default. */
  readonly select?: (listing: WeightsListing) => readonly string[];
}

/** What a weights file holds, and its tensors. */
export interface WeightsFile {
  /** Where and how they were stored. */
  readonly listing: WeightsListing;
  /** Tensors by their name in the file, converted to float32. */
  readonly tensors: NamedTensors;
}

/**
 * Reads safetensors, a sharded index (`*.index.json`) or a PyTorch checkpoint
 * (`.pth`, `.pt`, `.bin`), told apart by content.
 *
 * A checkpoint is a pickle, a program by nature. Here its names are compared
 * with a list of tensor rebuilders and inert data, anything else is refused by
 * its name, and nothing is ever run. Sizes are checked before anything is
 * unpacked: a file that becomes more than 16 times its size is refused.
 * Elements are read one tensor at a time, so that memory holds little beside
 * the result. Strided and shared tensors, big-endian files and the format
 * before PyTorch 1.6 are read as well.
 *
 * @param input Path of a file, or a blob in a page.
 * @param options Which dict, and which tensors.
 * @returns The tensors, or what is wrong with the file; a NaN or an infinity is
 * refused by the tensor's name.
 *
 * @example
 * ```ts
 * import { deepStrictEqual, equal } from "node:assert/strict";
 * import { encodeSafetensors, readWeights } from "@simsc/core/data";
 *
 * const bias = { shape: [2], data: Float32Array.of(1, -2) };
 * const blob = new Blob([encodeSafetensors({ bias }).slice()]);
 * const outcome = await readWeights(blob)();
 * equal(outcome._tag, "Right");
 * if (outcome._tag === "Right") deepStrictEqual(outcome.right.tensors, { bias });
 * ```
 */
export function readWeights(
  input: string | Blob,
  options: WeightsOptions = {},
): AsyncResult<DataError, WeightsFile> {
  return () =>
    withWeights(input, options, async ({ listing, load }) => {
      const names = options.select?.(listing) ?? Object.keys(listing.tensors);
      const tensors: [string, NamedTensor][] = [];
      for (const name of names) tensors.push([name, await load(name)]);
      return { listing, tensors: Object.fromEntries(tensors) };
    });
}

/**
 * What a weights file holds, without reading its elements: a file of gigabytes
 * takes milliseconds.
 *
 * @param input Path of a file, or a blob in a page.
 * @param options Which dict of a checkpoint.
 * @returns The listing, or what is wrong with the file.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { encodeSafetensors, listWeights } from "@simsc/core/data";
 *
 * const bias = { shape: [2], data: Float32Array.of(1, -2) };
 * const blob = new Blob([encodeSafetensors({ bias }).slice()]);
 * const outcome = await listWeights(blob)();
 * deepStrictEqual(outcome._tag === "Right" && outcome.right.tensors, {
 *   bias: { shape: [2], dtype: "F32" },
 * });
 * ```
 */
export function listWeights(
  input: string | Blob,
  options: Pick<WeightsOptions, "key"> = {},
): AsyncResult<DataError, WeightsListing> {
  return () =>
    withWeights(input, options, ({ listing }) => Promise.resolve(listing));
}
