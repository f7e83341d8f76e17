import type { Backend } from "../backends/backend.ts";
import { ShapeError } from "./errors.ts";

/** Numbers of keypoints, and which of them count. */
export interface PaddedPoints<T> {
  /** `[B, K, ...]`. */
  readonly values: T;
  /** `[B, K]`, 0 for padding; all count where there are none. */
  readonly weights: T | undefined;
}

/**
 * Numbers of keypoints with zeros in place of padding, or a ShapeError where
 * the weights do not fit. What stands there may be no finite number, and 0 times
 * that would be none either: it is left out before any arithmetic with it, so
 * that the gradient is 0 as well.
 */
export function maskPoints<T>(
  backend: Backend<T>,
  fn: string,
  { values, weights }: PaddedPoints<T>,
): T {
  if (weights === undefined) return values;
  const [b = 0, k = 0, ...rest] = backend.shape(values);
  const shape = backend.shape(weights);
  if (shape.length !== 2 || shape[0] !== b || shape[1] !== k) {
    throw new ShapeError(fn, "weights", `[${b}, ${k}]`, shape);
  }
  const counts = backend.reshape(weights, [b, k, ...rest.map(() => 1)]);
  return backend.where(counts, values, 0);
}
