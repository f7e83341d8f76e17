import type { Backend } from "../backends/backend.ts";
import {
  gaussianWindow,
  type GaussianWindowOptions,
} from "./_gaussian_window.ts";
import type { Grid } from "./_grid.ts";

export type { GaussianWindowOptions } from "./_gaussian_window.ts";

/** Options of {@linkcode gaussianTarget}. */
export interface GaussianTargetOptions extends GaussianWindowOptions {
  /** `[h, w]` of the target map. */
  readonly grid: Grid;
}

/**
 * Ground-truth distribution around each un-rounded point (SimSC, Sec. 3.3):
 * `T[b, k, y, x] = Σ_o w_o B(p + o)[y, x]`, `w_o ∝ e^(-|o|² / 2 std²)` over the
 * `ns × ns` offsets `o`, `B` the bilinear splat of a sub-pixel position.
 *
 * The point is clamped to the grid; offsets outside are dropped and the rest
 * renormalised, so every map sums to 1.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param points `[B, K, 2]`, (x, y) in cells.
 * @param options Grid, window and kernel.
 * @returns `[B, K, h, w]`, each map of sum 1.
 * @throws {ShapeError} If `points` is not `[B, K, 2]`.
 * @throws {OptionError} If `ns` or `nk` is not odd or `nk < ns`.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { gaussianTarget, referenceBackend } from "@simsc/core";
 *
 * const backend = referenceBackend();
 * const points = backend.tensor([0.5, 0], [1, 1, 2]);
 * const target = gaussianTarget(backend, points, { grid: [1, 3], ns: 1, nk: 1 });
 * const [values] = await backend.read([target]);
 * deepStrictEqual([...values!], [0.5, 0.5, 0]);
 * ```
 */
export function gaussianTarget<T>(
  backend: Backend<T>,
  points: T,
  options: GaussianTargetOptions,
): T {
  const [h, w] = options.grid;
  const window = gaussianWindow(backend, "gaussianTarget", points, options);
  const [batch, count] = backend.shape(points) as [number, number, number];
  const splat = ({ weights, hats }: typeof window.x): T =>
    backend.sum(
      backend.mul(
        backend.reshape(weights, [batch, count, options.ns, 1]),
        hats,
      ),
      [2],
    );
  return backend.mul(
    backend.reshape(splat(window.y), [batch, count, h, 1]),
    backend.reshape(splat(window.x), [batch, count, 1, w]),
  );
}
