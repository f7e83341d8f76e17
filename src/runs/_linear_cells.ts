import type { Backend } from "../backends/backend.ts";
import {
  type CoordinateOptions,
  toCells,
  toPixels,
} from "../core/coordinates.ts";

/** `p * scale + offset`, for x and y. */
export interface LinearMap {
  /** Of x and y. */
  readonly scale: readonly [number, number];
  /** Of x and y. */
  readonly offset: readonly [number, number];
}

/** A coordinate rule as numbers: all of them are linear in x and in y. */
export function cellMap(
  options: CoordinateOptions,
  direction: "toCells" | "toPixels",
): LinearMap {
  const convert = direction === "toCells" ? toCells : toPixels;
  const [[x0, y0] = [0, 0], [x1, y1] = [0, 0]] = convert(
    [[0, 0], [1, 1]],
    options,
  );
  return { scale: [x1 - x0, y1 - y0], offset: [x0, y0] };
}

/** Applies it to points `[..., 2]`. */
export function linearMap<T>(
  backend: Backend<T>,
  points: T,
  { scale, offset }: LinearMap,
): T {
  const pair = (values: readonly number[]): T => backend.constant(values, [2]);
  return backend.add(backend.mul(points, pair(scale)), pair(offset));
}
