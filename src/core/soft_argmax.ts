import type { Backend } from "../backends/backend.ts";
import { expectation } from "./_expectation.ts";
import { axes } from "./_shape.ts";
import { softmaxMap, type SoftmaxMapOptions } from "./softmax_map.ts";

/**
 * Expected position under the softmax of each map:
 * `Σ_n φ(M / β)[b, k, n] (x_n, y_n)`.
 *
 * Every mode of the map pulls; {@linkcode kernelSoftArgmax} damps all but the
 * highest.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param maps `[B, K, h, w]`.
 * @param options The temperature.
 * @returns `[B, K, 2]`, (x, y) in cells.
 * @throws {ShapeError} If `maps` is not of rank 4.
 * @throws {OptionError} If `beta` is a number that is not > 0.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { referenceBackend, softArgmax } from "@simsc/core";
 *
 * const backend = referenceBackend();
 * const maps = backend.tensor([5, 5, 5], [1, 1, 1, 3]); // flat
 * const [point] = await backend.read([softArgmax(backend, maps)]);
 * deepStrictEqual([...point!], [1, 0]);
 * ```
 */
export function softArgmax<T>(
  backend: Backend<T>,
  maps: T,
  options: SoftmaxMapOptions<T> = {},
): T {
  const shape = backend.shape(maps);
  const [b, k, h, w] = axes("softArgmax", "maps", shape, ["B", "K", "h", "w"]);
  const distribution = softmaxMap(backend, maps, options);
  return expectation(backend, backend.reshape(distribution, [b, k, h * w]), [
    h,
    w,
  ]);
}
