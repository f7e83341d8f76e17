import type { Backend } from "../backends/backend.ts";
import { axes } from "./_shape.ts";
import { type TemperatureMlp, temperatureMlp } from "./temperature.ts";

/**
 * A temperature for every cell instead of one for the image (experimental):
 * the module g of {@linkcode temperatureMlp} without its mean,
 * `β[b, n] = sigmoid(w2 · relu(w1 · f[b, :, n] + b1) + b2)`.
 *
 * Scores become `C[n, m] / (βᴬ[n] βᴮ[m])`: divide each normalised map by its
 * temperatures and match with `normalize: false`. Cells of B then compete
 * under different temperatures, so a cell also wins by a small one.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param features `[B, C, h, w]`, not normalised.
 * @param parameters Weights of the two layers, as of one for the image.
 * @returns `[B, 1, h, w]`, each in (0, 1), ready to divide a feature map.
 * @throws {ShapeError} If the weights do not fit `C` or each other.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import {
 *   l2Normalize,
 *   matchMaps,
 *   perPixelTemperature,
 *   referenceBackend,
 * } from "@simsc/core";
 *
 * const backend = referenceBackend();
 * const map = backend.tensor([2, 4], [1, 1, 1, 2]);
 * const beta = perPixelTemperature(backend, map, {
 *   w1: backend.tensor([1], [1, 1]),
 *   b1: backend.tensor([-2], [1]),
 *   w2: backend.tensor([Math.log(3) / 2], [1, 1]),
 *   b2: backend.tensor([0], [1]),
 * });
 * const scaled = backend.div(l2Normalize(backend, map), beta); // by 1/2 and 3/4
 * const queries = backend.tensor([0, 0], [1, 1, 2]);
 * const maps = matchMaps(
 *   backend,
 *   { featuresA: scaled, featuresB: scaled, queries },
 *   { normalize: false },
 * );
 * const [scores] = await backend.read([maps]);
 * deepStrictEqual([...scores!].map((x) => x.toFixed(4)), ["4.0000", "2.6667"]);
 * ```
 */
export function perPixelTemperature<T>(
  backend: Backend<T>,
  features: T,
  parameters: TemperatureMlp<T>,
): T {
  const shape = backend.shape(features);
  const [b, c, h, w] = axes("perPixelTemperature", "features", shape, [
    "B",
    "C",
    "h",
    "w",
  ]);
  // Every cell as an image of one cell, which is its own mean.
  const cells = backend.reshape(
    backend.transpose(features, [0, 2, 3, 1]),
    [b * h * w, c, 1, 1],
  );
  const beta = temperatureMlp(backend, cells, parameters);
  return backend.reshape(beta, [b, 1, h, w]);
}
