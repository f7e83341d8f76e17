import type { Backend } from "../backends/backend.ts";

const SMALLEST_WEIGHT = 1e-30;

/**
 * Mean over the keypoints of each pair by their weights, which
 * {@linkcode maskPoints} has checked: `[B, K]` to `[B]`.
 */
export function meanOverPoints<T>(
  backend: Backend<T>,
  perPoint: T,
  weights: T | undefined,
): T {
  const [b, k] = backend.shape(perPoint) as [number, number];
  if (weights === undefined) {
    return backend.reshape(backend.div(backend.sum(perPoint, [1]), k), [b]);
  }
  const total = backend.sum(backend.mul(perPoint, weights), [1]);
  const mass = backend.maximum(backend.sum(weights, [1]), SMALLEST_WEIGHT);
  return backend.reshape(backend.div(total, mass), [b]);
}
