import type { Shape } from "../backends/backend.ts";
import { symmetricEigen } from "./_symmetric_eigen.ts";
import { OptionError, ShapeError } from "./errors.ts";

/** A feature map as it was read from a backend. */
export interface FeatureValues {
  /** `C h w` numbers, row-major. */
  readonly data: ArrayLike<number>;
  /** `[C, h, w]` or `[1, C, h, w]`. */
  readonly shape: Shape;
}

/** Result of {@linkcode positionalDirections}. */
export interface PositionalDirections {
  /** `[k, C]` row-major: orthonormal directions, the strongest first. */
  readonly data: Float64Array;
  /** `[k, C]`. */
  readonly shape: readonly [k: number, channels: number];
  /** Singular values of the `k` directions, falling. */
  readonly singularValues: Float64Array;
}

/** Directions weaker than this share of the strongest are rounding errors. */
const SMALLEST_SHARE = 1e-7;

/**
 * Directions along which features say where a cell lies rather than what is
 * there: the first `count` right singular vectors of the cells
 * `[h w, C]` of an image that shows nothing (all zeros), `X = U Σ Vᵀ`.
 *
 * For {@linkcode removeDirections}, once for each backbone and image size. It
 * solves the smaller Gram matrix of cells or channels in float64, about a
 * second for 768 channels. Fewer directions come back where the map has a
 * lower rank.
 *
 * @param features Features of the zero image.
 * @param options How many directions; 20 in published use.
 * @returns At most `count` directions.
 * @throws {ShapeError} If `features` is not one map, or shows nothing at all.
 * @throws {OptionError} If `count` is not a whole number of 1 to C.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { positionalDirections } from "@simsc/core";
 *
 * // Two channels over two cells: only the second channel is ever used.
 * const features = { data: [0, 0, 3, -4], shape: [2, 1, 2] };
 * const { data, singularValues } = positionalDirections(features, { count: 1 });
 * deepStrictEqual([...data].map(Math.abs), [0, 1]);
 * deepStrictEqual([...singularValues], [5]);
 * ```
 */
export function positionalDirections(
  { data, shape }: FeatureValues,
  { count }: { readonly count: number },
): PositionalDirections {
  const fn = "positionalDirections";
  const [channels = 0, h = 0, w = 0] = shape.slice(-3);
  const cells = h * w;
  const isMap =
    (shape.length === 3 || (shape.length === 4 && shape[0] === 1)) &&
    channels * cells === data.length && data.length > 0;
  if (!isMap) {
    throw new ShapeError(fn, "features", "[C, h, w] and its data", shape);
  }
  if (!(Number.isInteger(count) && count >= 1 && count <= channels)) {
    throw new OptionError(
      fn,
      "count",
      `a whole number of 1 to ${channels}`,
      count,
    );
  }
  const rows = Float64Array.from(data);
  const byChannel = channels <= cells;
  const side = byChannel ? channels : cells;
  const gram = byChannel
    ? productOfRows(rows, [channels, cells])
    : productOfRows(transposed(rows, [channels, cells]), [cells, channels]);
  const { values, vectors } = symmetricEigen(gram, side);
  const strongest = Math.sqrt(Math.max(0, values[0]!));
  const sigmas = values.slice(0, count).map((x) => Math.sqrt(Math.max(0, x)));
  const kept = sigmas.filter((sigma) => sigma > SMALLEST_SHARE * strongest);
  if (kept.length === 0) {
    throw new ShapeError(fn, "features", "not all 0, and finite", shape);
  }
  const directions = new Float64Array(kept.length * channels);
  kept.forEach((sigma, k) => {
    const vector = vectors.subarray(k * side, (k + 1) * side);
    const target = directions.subarray(k * channels, (k + 1) * channels);
    if (byChannel) return target.set(vector);
    // v = Xᵀ u / σ, with the channels of X in the rows here.
    for (let c = 0; c < channels; c++) {
      let sum = 0;
      for (let n = 0; n < cells; n++) sum += rows[c * cells + n]! * vector[n]!;
      target[c] = sum / sigma;
    }
  });
  return {
    data: directions,
    shape: [kept.length, channels],
    singularValues: kept,
  };
}

/** `X Xᵀ` of `[rows, columns]`. */
function productOfRows(
  x: Float64Array,
  [rows, columns]: readonly [number, number],
): Float64Array {
  const product = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < columns; k++) {
        sum += x[i * columns + k]! * x[j * columns + k]!;
      }
      product[i * rows + j] = sum;
      product[j * rows + i] = sum;
    }
  }
  return product;
}

function transposed(
  x: Float64Array,
  [rows, columns]: readonly [number, number],
): Float64Array {
  const result = new Float64Array(x.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      result[j * rows + i] = x[i * columns + j]!;
    }
  }
  return result;
}
