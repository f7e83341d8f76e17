import type { Backend } from "../backends/backend.ts";
import { axes } from "./_shape.ts";
import { ShapeError } from "./errors.ts";

/** Rows and columns of a feature map. */
export type Grid = readonly [h: number, w: number];

/** The two coordinates of `points`, clamped to the grid, `[B, K, 1]` each. */
export function gridPoints<T>(
  backend: Backend<T>,
  fn: string,
  points: T,
  [h, w]: Grid,
): { readonly x: T; readonly y: T } {
  const shape = backend.shape(points);
  const [batch, count, two] = axes(fn, "points", shape, ["B", "K", "2"]);
  if (two !== 2) throw new ShapeError(fn, "points", "[B, K, 2]", shape);
  const coordinate = (axis: number, last: number): T => {
    const value = backend.slice(points, [0, 0, axis], [batch, count, 1]);
    return backend.minimum(backend.maximum(value, 0), last);
  };
  return { x: coordinate(0, w - 1), y: coordinate(1, h - 1) };
}

/** `max(0, 1 - |p - i|)` for `i = 0..length - 1` along the last axis; `p` ends with an axis of length 1. */
export function hat<T>(backend: Backend<T>, p: T, length: number): T {
  const indices = Float64Array.from({ length }, (_, i) => i);
  const distance = backend.abs(
    backend.sub(p, backend.constant(indices, [length])),
  );
  return backend.relu(backend.sub(1, distance));
}
