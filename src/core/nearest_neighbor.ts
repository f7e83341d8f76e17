import type { Backend } from "../backends/backend.ts";
import { expectation } from "./_expectation.ts";
import { axes } from "./_shape.ts";

/**
 * The cell of the largest score of each map, the lowest index on a tie:
 * `(n mod w, ⌊n / w⌋)`, `n = argmax M[b, k, :]`.
 *
 * A map with a NaN gives some cell of the grid, another one on another
 * backend; {@linkcode kernelSoftArgmax} gives NaN there.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param maps `[B, K, h, w]`.
 * @returns `[B, K, 2]`, (x, y) in cells, whole numbers; takes no gradient.
 * @throws {ShapeError} If `maps` is not of rank 4.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { nearestNeighbor, referenceBackend } from "@simsc/core";
 *
 * const backend = referenceBackend();
 * const maps = backend.tensor([0, 0, 0, 0, 1, 0], [1, 1, 2, 3]);
 * const [cell] = await backend.read([nearestNeighbor(backend, maps)]);
 * deepStrictEqual([...cell!], [1, 1]);
 * ```
 */
export function nearestNeighbor<T>(backend: Backend<T>, maps: T): T {
  const shape = backend.shape(maps);
  const [b, k, h, w] = axes("nearestNeighbor", "maps", shape, [
    "B",
    "K",
    "h",
    "w",
  ]);
  const cells = backend.reshape(maps, [b, k, h * w]);
  const indices = backend.constant(
    Float64Array.from({ length: h * w }, (_, n) => n),
    [h * w],
  );
  const oneHot = backend.equal(backend.argMax(cells), indices);
  return expectation(backend, oneHot, [h, w]);
}
