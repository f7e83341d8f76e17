import type { Backend, Operand } from "../backends/backend.ts";
import { axes, divide, perPair } from "./_shape.ts";

/** Options of {@linkcode softmaxMap} and {@linkcode softArgmax}. */
export interface SoftmaxMapOptions<T> {
  /** Temperature > 0 that divides the scores: a number, `[]` or `[B]`; 1 by default. */
  readonly beta?: Operand<T>;
}

/**
 * Turns each score map into a distribution over its cells (SimSC, Eq. 4):
 * `p[b, k, y, x] = e^(M[b, k, y, x] / β) / Σ e^(M[b, k, :, :] / β)`.
 *
 * Finite for any finite map: the maximum is subtracted first.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param maps `[B, K, h, w]`.
 * @param options The temperature.
 * @returns `[B, K, h, w]`; every map sums to 1.
 * @throws {ShapeError} If `maps` is not of rank 4.
 * @throws {OptionError} If `beta` is a number that is not > 0.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { referenceBackend, softmaxMap } from "@simsc/core";
 *
 * const backend = referenceBackend();
 * const maps = backend.tensor([0, Math.log(3)], [1, 1, 1, 2]);
 * const [p] = await backend.read([softmaxMap(backend, maps)]);
 * deepStrictEqual([...p!].map((v) => v.toFixed(6)), ["0.250000", "0.750000"]);
 * ```
 */
export function softmaxMap<T>(
  backend: Backend<T>,
  maps: T,
  options: SoftmaxMapOptions<T> = {},
): T {
  const shape = backend.shape(maps);
  const [b, k, h, w] = axes("softmaxMap", "maps", shape, ["B", "K", "h", "w"]);
  const beta = perPair(backend, "softmaxMap", "beta", {
    beta: options.beta ?? 1,
    batch: b,
    rank: 3,
  });
  const cells = backend.reshape(maps, [b, k, h * w]);
  return backend.reshape(
    backend.softmax(divide(backend, cells, beta)),
    shape,
  );
}
