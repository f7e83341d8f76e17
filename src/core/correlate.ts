import type { Backend, Operand } from "../backends/backend.ts";
import { axes, divide, perPair } from "./_shape.ts";
import { ShapeError } from "./errors.ts";
import { l2Normalize } from "./l2_normalize.ts";

/** The feature maps of an image pair, one of each per batch item. */
export interface FeaturePair<T> {
  /** `[B, C, ha, wa]`, of the image queries are asked in. */
  readonly featuresA: T;
  /** `[B, C, hb, wb]`, of the image matches are sought in. */
  readonly featuresB: T;
}

/** Options of {@linkcode correlate} and {@linkcode matchMaps}. */
export interface CorrelateOptions<T> {
  /** Partial temperature of image A, > 0: a number, `[]` or `[B]`; 1 by default. */
  readonly betaA?: Operand<T>;
  /** Partial temperature of image B, as `betaA`. */
  readonly betaB?: Operand<T>;
  /** Whether features are L2-normalised first; `true` by default. */
  readonly normalize?: boolean;
}

/**
 * Matching scores of every cell of A with every cell of B (SimSC, Eq. 2, 5):
 * `C[b, n, m] = <f̂ᴬ[b, :, n] / βᴬ, f̂ᴮ[b, :, m] / βᴮ>`.
 *
 * Cells are row-major, `n = y * w + x`. To read a few queries only,
 * {@linkcode matchMaps} on the feature maps never builds this tensor.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where the product runs.
 * @param features The two maps, not normalised.
 * @param options Temperatures, and whether to normalise.
 * @returns `[B, ha * wa, hb * wb]`, within `±1 / (βᴬ βᴮ)` if normalised.
 * @throws {ShapeError} If a map is not of rank 4 or `B` or `C` differ.
 * @throws {OptionError} If a temperature given as a number is not > 0.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { correlate, referenceBackend } from "@simsc/core";
 *
 * const backend = referenceBackend();
 * // Two cells with the features (1, 0) and (0, 2).
 * const map = backend.tensor([1, 0, 0, 2], [1, 2, 1, 2]);
 * const scores = correlate(backend, { featuresA: map, featuresB: map }, {
 *   betaA: 0.5,
 * });
 * const [values] = await backend.read([scores]);
 * deepStrictEqual([...values!], [2, 0, 0, 2]);
 * ```
 */
export function correlate<T>(
  backend: Backend<T>,
  features: FeaturePair<T>,
  options: CorrelateOptions<T> = {},
): T {
  const [a, b] = scaledColumns(backend, "correlate", features, options);
  return backend.matMul(a, b, { transposeA: true });
}

/** Both maps normalised, over their temperatures, cells flattened: `[B, C, N]`. */
export function scaledColumns<T>(
  backend: Backend<T>,
  fn: string,
  { featuresA, featuresB }: FeaturePair<T>,
  { betaA = 1, betaB = 1, normalize = true }: CorrelateOptions<T>,
): readonly [a: T, b: T] {
  const shapeA = backend.shape(featuresA);
  const [batch, channels] = axes(fn, "featuresA", shapeA, ["B", "C", "h", "w"]);
  const shapeB = backend.shape(featuresB);
  axes(fn, "featuresB", shapeB, ["B", "C", "h", "w"]);
  if (shapeB[0] !== batch || shapeB[1] !== channels) {
    const wanted = `[${batch}, ${channels}, h, w]`;
    throw new ShapeError(fn, "featuresB", wanted, shapeB);
  }
  const columns = (map: T, name: string, beta: Operand<T>): T => {
    const [, , h, w] = axes(fn, name, backend.shape(map), ["B", "C", "h", "w"]);
    const unit = normalize ? l2Normalize(backend, map) : map;
    const divisor = perPair(backend, fn, name.replace("features", "beta"), {
      beta,
      batch,
      rank: 4,
    });
    return backend.reshape(divide(backend, unit, divisor), [
      batch,
      channels,
      h * w,
    ]);
  };
  return [
    columns(featuresA, "featuresA", betaA),
    columns(featuresB, "featuresB", betaB),
  ];
}
