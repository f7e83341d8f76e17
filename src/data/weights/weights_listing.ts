/**
 * What a weights file holds, before its elements are read.
 *
 * @module
 */

/** Formats that are told apart by their content, whatever the file's name. */
export type WeightsFormat =
  | "safetensors"
  | "sharded"
  | "pytorch"
  | "pytorch-legacy";

/** A tensor as its file declares it. */
export interface StoredTensor {
  /** Axis lengths, outermost first. */
  readonly shape: readonly number[];
  /** Type of an element in the file, as safetensors calls it: `F32`, `BF16`, … */
  readonly dtype: string;
}

/** What a weights file holds, without the elements. */
export interface WeightsListing {
  /** Path or name of the file. */
  readonly file: string;
  /** How it is stored. */
  readonly format: WeightsFormat;
  /** Bytes on disk, those of all shards together. */
  readonly bytes: number;
  /** Keys around the tensors, such as `state_dict`; empty where there are none. */
  readonly wrapper: string;
  /** Every tensor by its name in the file. */
  readonly tensors: Readonly<Record<string, StoredTensor>>;
  /** What else the file holds, by key: `epoch`, `optimizer`, `args`; not read. */
  readonly skipped: readonly string[];
  /** Strings of a safetensors header. */
  readonly metadata: Readonly<Record<string, string>>;
}
