import type { Backend, Operand } from "../backends/backend.ts";
import { scaledColumns } from "./_scaled_columns.ts";

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
