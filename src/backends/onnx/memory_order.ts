import type { Shape } from "../backend.ts";

/**
 * An order of a tensor's elements in memory other than row-major, of as many
 * elements. Two tensors have the same order if it is the same object.
 */
export interface MemoryOrder {
  /** Name, for logs. */
  readonly name: string;
  /** Reorders row-major elements; gives new ones. */
  readonly pack: (data: Float32Array, shape: Shape) => Float32Array;
  /** The inverse of `pack`. */
  readonly unpack: (data: Float32Array, shape: Shape) => Float32Array;
}
