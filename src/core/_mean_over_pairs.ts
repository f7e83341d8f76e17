import type { Backend } from "../backends/backend.ts";

/**
 * Mean of `values [B]` over the pairs that have a keypoint, by the keypoint
 * weights `[B, K]`; over all pairs where there are none. A scalar `[]`, 0 if no
 * pair counts.
 */
export function meanOverPairs<T>(
  backend: Backend<T>,
  values: T,
  weights: T | undefined,
): T {
  if (weights === undefined) {
    const [count] = backend.shape(values) as [number];
    return backend.reshape(
      backend.div(backend.sum(values, [0]), count),
      [],
    );
  }
  const shape = backend.shape(values);
  const counts = backend.reshape(
    backend.step(backend.sum(weights, [1])),
    shape,
  );
  const total = backend.sum(backend.mul(values, counts), [0]);
  const pairs = backend.maximum(backend.sum(counts, [0]), 1);
  return backend.reshape(backend.div(total, pairs), []);
}
