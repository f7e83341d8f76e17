import type { Backend } from "../backends/backend.ts";

const SMALLEST_NORM = 1e-12;

/** `1 / ‖f[b, :, n]‖₂` of features `[B, C, ...]`, 0 for a column of length up to 1e-12, as `[B, 1, ...]`. */
export function inverseNorms<T>(backend: Backend<T>, features: T): T {
  const smallest = SMALLEST_NORM ** 2;
  const squares = backend.sum(backend.mul(features, features), [1]);
  const alive = backend.step(backend.sub(squares, smallest));
  const norm = backend.sqrt(backend.maximum(squares, smallest));
  return backend.div(alive, norm);
}
