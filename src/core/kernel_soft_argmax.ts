import type { Backend } from "../backends/backend.ts";
import { axes, positive } from "./_shape.ts";
import { nearestNeighbor } from "./nearest_neighbor.ts";
import { softArgmax } from "./soft_argmax.ts";
import type { SoftmaxMapOptions } from "./softmax_map.ts";

/** Options of {@linkcode kernelSoftArgmax}. */
export interface KernelSoftArgmaxOptions<T> extends SoftmaxMapOptions<T> {
  /** Standard deviation of the kernel in cells, > 0; 7 in the paper. */
  readonly sigmaCells: number;
}

/**
 * Sub-pixel match of each map (SimSC, Eq. 8, 9):
 * `Σ_n φ(G M / β)[n] (x_n, y_n)`, `G = e^(-|n - n*|² / 2σ²)` around the highest
 * cell `n*` (the lowest index on a tie), softmax over all cells.
 *
 * Scores are multiplied, so a far cell goes to 0, not to minus infinity: with
 * low peaks the many zeros pull towards the centre of the map, and adding a
 * constant to a map changes the answer.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param maps `[B, K, h, w]`, scores with or without their temperature.
 * @param options Kernel width, and the temperature still to apply.
 * @returns `[B, K, 2]`, (x, y) in cells.
 * @throws {ShapeError} If `maps` is not of rank 4.
 * @throws {OptionError} If `sigmaCells` or a numeric `beta` is not > 0.
 *
 * @example
 * ```ts
 * import { ok } from "node:assert/strict";
 * import { kernelSoftArgmax, referenceBackend } from "@simsc/core";
 *
 * const backend = referenceBackend();
 * const maps = backend.tensor([0, 0.2, 0.9, 0.2, 0], [1, 1, 1, 5]);
 * const point = kernelSoftArgmax(backend, maps, { sigmaCells: 7, beta: 0.02 });
 * const [xy] = await backend.read([point]);
 * ok(Math.abs(xy![0]! - 2) < 1e-9);
 * ```
 */
export function kernelSoftArgmax<T>(
  backend: Backend<T>,
  maps: T,
  options: KernelSoftArgmaxOptions<T>,
): T {
  const fn = "kernelSoftArgmax";
  const { sigmaCells } = options;
  positive(fn, "sigmaCells", sigmaCells);
  const shape = backend.shape(maps);
  const [b, k, h, w] = axes(fn, "maps", shape, ["B", "K", "h", "w"]);
  const peak = nearestNeighbor(backend, maps);
  const profile = (axis: number, cells: number): T => {
    const center = backend.slice(peak, [0, 0, axis], [b, k, 1]);
    const indices = Float64Array.from({ length: cells }, (_, i) => i);
    const offset = backend.sub(backend.constant(indices, [cells]), center);
    const exponent = backend.mul(
      backend.mul(offset, offset),
      -1 / (2 * sigmaCells ** 2),
    );
    return backend.exp(exponent);
  };
  const kernel = backend.mul(
    backend.reshape(profile(1, h), [b, k, h, 1]),
    backend.reshape(profile(0, w), [b, k, 1, w]),
  );
  return softArgmax(backend, backend.mul(maps, kernel), options);
}
