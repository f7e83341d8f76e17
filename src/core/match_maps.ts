import type { Backend } from "../backends/backend.ts";
import type { Grid } from "./_grid.ts";
import { inverseNorms } from "./_inverse_norms.ts";
import { queryCount } from "./_query_count.ts";
import { sampleCells } from "./_sample_cells.ts";
import { scaledColumns } from "./_scaled_columns.ts";
import { axes, divide, perPair } from "./_shape.ts";
import type { CorrelateOptions, FeaturePair } from "./correlate.ts";
import { ShapeError } from "./errors.ts";

/** Scores and queries of {@linkcode matchMaps}. */
export interface ScoreQueries<T> {
  /** `[B, ha * wa, hb * wb]`, as {@linkcode correlate} gives them. */
  readonly scores: T;
  /** `[B, K, 2]`, (x, y) in cells of A. */
  readonly queries: T;
}

/** Feature maps and queries of {@linkcode matchMaps}. */
export interface FeatureQueries<T> extends FeaturePair<T> {
  /** `[B, K, 2]`, (x, y) in cells of A. */
  readonly queries: T;
}

/** Grids that the flattened cells of scores came from. */
export interface ScoreGrids {
  /** `[ha, wa]`. */
  readonly gridA: Grid;
  /** `[hb, wb]`. */
  readonly gridB: Grid;
}

/**
 * Score map of each sub-pixel query over the cells of B (SimSC, Sec. 3.1):
 * row `q` of C, bilinear over A's grid, `M[b, k] = Σ_n W[b, k, n] C[b, n, :]`.
 *
 * Queries outside the grid count at its nearest border point. Given feature
 * maps instead of scores it samples K columns of A first and multiplies those,
 * `(F̂ᴬ Wᵀ)ᵀ F̂ᴮ`: the same numbers, and neither C nor a normalised map is built.
 *
 * The gradient by a query is that of the bilinear form between cells, and 0 along
 * an axis on which the query lies on a cell exactly, where the slopes of its two
 * sides differ, or outside the grid. A cell of A that is not finite may spoil
 * every query of its pair, even one far from it, but no other pair.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param inputs Scores or feature maps, and the queries.
 * @param options Grids for scores; temperatures for feature maps.
 * @returns `[B, K, hb, wb]`.
 * @throws {ShapeError} If a shape differs from the documented one.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { matchMaps, referenceBackend } from "@simsc/core";
 *
 * const backend = referenceBackend();
 * const map = backend.tensor([1, 0, 0, 1], [1, 2, 1, 2]); // axes x and y
 * const queries = backend.tensor([0.5, 0], [1, 1, 2]); // half-way
 * const maps = matchMaps(backend, { featuresA: map, featuresB: map, queries });
 * const [values] = await backend.read([maps]);
 * deepStrictEqual([...values!], [0.5, 0.5]);
 * ```
 */
export function matchMaps<T>(
  backend: Backend<T>,
  inputs: FeatureQueries<T>,
  options?: CorrelateOptions<T>,
): T;
/** The same from scores that are there already. */
export function matchMaps<T>(
  backend: Backend<T>,
  inputs: ScoreQueries<T>,
  options: ScoreGrids,
): T;
export function matchMaps<T>(
  backend: Backend<T>,
  inputs: FeatureQueries<T> | ScoreQueries<T>,
  options: CorrelateOptions<T> | ScoreGrids = {},
): T {
  return "scores" in inputs
    ? fromScores(backend, inputs, options as ScoreGrids)
    : fromFeatures(backend, inputs, options as CorrelateOptions<T>);
}

function fromScores<T>(
  backend: Backend<T>,
  { scores, queries }: ScoreQueries<T>,
  { gridA, gridB }: ScoreGrids,
): T {
  const [ha, wa] = gridA;
  const [hb, wb] = gridB;
  const shape = backend.shape(scores);
  const [batch, n, m] = axes("matchMaps", "scores", shape, ["B", "N", "M"]);
  if (n !== ha * wa || m !== hb * wb) {
    const wanted = `[B, ${ha * wa}, ${hb * wb}]`;
    throw new ShapeError("matchMaps", "scores", wanted, shape);
  }
  const count = queryCount(backend, "matchMaps", queries, batch);
  const maps = sampleCells(backend, scores, {
    points: queries,
    grid: gridA,
    axis: 1,
  });
  return backend.reshape(maps, [batch, count, hb, wb]);
}

function fromFeatures<T>(
  backend: Backend<T>,
  inputs: FeatureQueries<T>,
  options: CorrelateOptions<T>,
): T {
  const { betaA = 1, betaB = 1, normalize = true } = options;
  const plain = { normalize: false };
  const [a, b] = scaledColumns(backend, "matchMaps", inputs, plain);
  const [batch, , ha, wa] = backend.shape(inputs.featuresA) as Quad;
  const [, , hb, wb] = backend.shape(inputs.featuresB) as Quad;
  const count = queryCount(backend, "matchMaps", inputs.queries, batch);
  // Lengths divide the K rows on either side: no map is normalised.
  const inverses = (features: T, cells: number): T | undefined =>
    normalize
      ? backend.reshape(inverseNorms(backend, features), [batch, 1, cells])
      : undefined;
  const sampled = sampleCells(backend, a, {
    points: inputs.queries,
    grid: [ha, wa],
    axis: 2,
    factors: inverses(inputs.featuresA, ha * wa),
  });
  const products = backend.matMul(sampled, b);
  const ofB = inverses(inputs.featuresB, hb * wb);
  const scores = ofB ? backend.mul(products, ofB) : products;
  // K rows are fewer numbers to divide than the two maps of Eq. 5.
  const scaled = [["betaA", betaA] as const, ["betaB", betaB] as const].reduce(
    (maps, [param, beta]) =>
      divide(
        backend,
        maps,
        perPair(backend, "matchMaps", param, { beta, batch, rank: 3 }),
      ),
    scores,
  );
  return backend.reshape(scaled, [batch, count, hb, wb]);
}

type Quad = [number, number, number, number];
