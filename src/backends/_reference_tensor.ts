/**
 * The reference backend's tensor and how its loops find elements.
 *
 * @module
 */
import type { Shape } from "./backend.ts";
import { stridesOf } from "./_shape.ts";

/** A float64 tensor in row-major order; never changed once made. */
export interface ReferenceTensor {
  /** Axis lengths, outermost first. */
  readonly shape: Shape;
  /** Elements, as many as `shape` says. */
  readonly data: Float64Array;
}

/**
 * Where a strided view of a tensor finds each of its elements, row by row:
 * `start + sum over axes of index[axis] * strides[axis]`.
 */
export function offsetsOf(
  shape: Shape,
  strides: readonly number[],
  start = 0,
): Int32Array {
  let offsets = Int32Array.of(start);
  shape.forEach((length, axis) => {
    const inner = new Int32Array(offsets.length * length);
    for (let i = 0; i < offsets.length; i++) {
      for (let j = 0; j < length; j++) {
        inner[i * length + j] = offsets[i]! + j * strides[axis]!;
      }
    }
    offsets = inner;
  });
  return offsets;
}

/** Strides that read a tensor of shape `from` as if it had shape `to`. */
export function broadcastStrides(from: Shape, to: Shape): number[] {
  const missing = to.length - from.length;
  const strides = stridesOf(from);
  return to.map((_, axis) => {
    const own = axis - missing;
    return own < 0 || from[own] === 1 ? 0 : strides[own]!;
  });
}
