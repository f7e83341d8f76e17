import type { Backend } from "../backends/backend.ts";
import { ShapeError } from "./errors.ts";

const SMALLEST_WEIGHT = 1e-30;

/** Mean over the keypoints of each pair by their weights: `[B, K]` to `[B]`. */
export function meanOverPoints<T>(
  backend: Backend<T>,
  fn: string,
  perPoint: T,
  weights: T | undefined,
): T {
  const [b, k] = backend.shape(perPoint) as [number, number];
  if (weights === undefined) {
    return backend.reshape(backend.div(backend.sum(perPoint, [1]), k), [b]);
  }
  const shape = backend.shape(weights);
  if (shape.length !== 2 || shape[0] !== b || shape[1] !== k) {
    throw new ShapeError(fn, "weights", `[${b}, ${k}]`, shape);
  }
  const total = backend.sum(backend.mul(perPoint, weights), [1]);
  const mass = backend.maximum(backend.sum(weights, [1]), SMALLEST_WEIGHT);
  return backend.reshape(backend.div(total, mass), [b]);
}
