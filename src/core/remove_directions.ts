import type { Backend } from "../backends/backend.ts";
import { axes } from "./_shape.ts";
import { ShapeError } from "./errors.ts";
import { l2Normalize } from "./l2_normalize.ts";

/**
 * Projects directions out of every cell's feature and gives what is left unit
 * length (positional debiasing of INSID3): `g = f - Vᵀ V f`, `ĝ = g / ‖g‖₂`.
 *
 * A cell that lies in the span of the directions becomes zero, or what
 * rounding left of it.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param features `[B, C, h, w]`.
 * @param directions `[k, C]`, orthonormal rows: those of
 *   {@linkcode positionalDirections}.
 * @returns `[B, C, h, w]`, columns of unit length.
 * @throws {ShapeError} If the channels differ.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { referenceBackend, removeDirections } from "@simsc/core";
 *
 * const backend = referenceBackend();
 * const features = backend.tensor([9, 3, 4], [1, 3, 1, 1]);
 * const directions = backend.tensor([1, 0, 0], [1, 3]);
 * const [left] = await backend.read([
 *   removeDirections(backend, features, directions),
 * ]);
 * deepStrictEqual([...left!].map((x) => x.toFixed(6)), [
 *   "0.000000",
 *   "0.600000",
 *   "0.800000",
 * ]);
 * ```
 */
export function removeDirections<T>(
  backend: Backend<T>,
  features: T,
  directions: T,
): T {
  const fn = "removeDirections";
  const shape = backend.shape(features);
  const [b, c, h, w] = axes(fn, "features", shape, ["B", "C", "h", "w"]);
  const [k, channels] = axes(fn, "directions", backend.shape(directions), [
    "k",
    "C",
  ]);
  if (channels !== c) {
    throw new ShapeError(fn, "directions", `[k, ${c}]`, [k, channels]);
  }
  const columns = backend.reshape(features, [b, c, h * w]);
  const basis = backend.broadcastTo(
    backend.reshape(directions, [1, k, c]),
    [b, k, c],
  );
  const shares = backend.matMul(basis, columns);
  const along = backend.matMul(basis, shares, { transposeA: true });
  const left = backend.reshape(backend.sub(columns, along), shape);
  return l2Normalize(backend, left);
}
