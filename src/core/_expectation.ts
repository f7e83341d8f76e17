import type { Backend } from "../backends/backend.ts";
import type { Grid } from "./_grid.ts";

/** Mean position `Σ_n p[b, k, n] (x_n, y_n)` of a distribution `[B, K, h * w]`, as `[B, K, 2]`. */
export function expectation<T>(
  backend: Backend<T>,
  distribution: T,
  [h, w]: Grid,
): T {
  const shape = backend.shape(distribution);
  const [b, k] = shape as [number, number, number];
  const positions = Float64Array.from({ length: h * w * 2 }, (_, i) => {
    const n = i >> 1;
    return i % 2 === 0 ? n % w : Math.floor(n / w);
  });
  const rows = backend.reshape(distribution, [b * k, h * w]);
  const grid = backend.constant(positions, [h * w, 2]);
  return backend.reshape(backend.matMul(rows, grid), [b, k, 2]);
}
