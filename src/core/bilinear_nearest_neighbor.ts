import type { Backend } from "../backends/backend.ts";
import type { Grid } from "./_grid.ts";
import { gridCorners } from "./_grid_corners.ts";
import { queryCount } from "./_query_count.ts";
import { axes } from "./_shape.ts";
import type { CorrelateOptions } from "./correlate.ts";
import {
  type FeatureQueries,
  matchMaps,
  type ScoreGrids,
  type ScoreQueries,
} from "./match_maps.ts";
import { nearestNeighbor } from "./nearest_neighbor.ts";

const FN = "bilinearNearestNeighbor";

/**
 * Match of each sub-pixel query by its four neighbours: the nearest neighbour
 * of each, mixed with the query's bilinear weights (NCNet's transfer),
 * `Σ_i w_i nn(c_i)`, `c_i` the corners of the query's cell.
 *
 * Where {@linkcode matchMaps} mixes four score maps and reads one match, this
 * reads four matches and mixes them: sub-pixel without a softmax, but one
 * outlier of the four moves the result. Queries outside the grid count at
 * their nearest border point.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param inputs Feature maps or scores, and the queries in cells of A.
 * @param options Whether to normalise feature maps.
 * @returns `[B, K, 2]`, (x, y) in cells of B; takes no gradient from scores.
 * @throws {ShapeError} If a shape differs from the documented one.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { bilinearNearestNeighbor, referenceBackend } from "@simsc/core";
 *
 * const backend = referenceBackend();
 * const featuresA = backend.tensor([1, 0, 0, 1], [1, 2, 1, 2]);
 * const featuresB = backend.tensor([1, 0, 0, 0, 0, 1], [1, 2, 1, 3]);
 * const queries = backend.tensor([0.25, 0], [1, 1, 2]);
 * const match = bilinearNearestNeighbor(backend, {
 *   featuresA,
 *   featuresB,
 *   queries,
 * });
 * const [xy] = await backend.read([match]);
 * deepStrictEqual([...xy!], [0.5, 0]); // 3/4 of cell 0 and 1/4 of cell 2
 * ```
 */
export function bilinearNearestNeighbor<T>(
  backend: Backend<T>,
  inputs: FeatureQueries<T>,
  options?: Pick<CorrelateOptions<T>, "normalize">,
): T;
/** The same from scores that are there already. */
export function bilinearNearestNeighbor<T>(
  backend: Backend<T>,
  inputs: ScoreQueries<T>,
  options: ScoreGrids,
): T;
export function bilinearNearestNeighbor<T>(
  backend: Backend<T>,
  inputs: FeatureQueries<T> | ScoreQueries<T>,
  options: Pick<CorrelateOptions<T>, "normalize"> | ScoreGrids = {},
): T {
  const { batch, grid } = "scores" in inputs
    ? sizesOfScores(backend, inputs.scores, options as ScoreGrids)
    : sizesOfMap(backend, inputs.featuresA);
  const count = queryCount(backend, FN, inputs.queries, batch);
  const { corners, weights } = cornersOf(backend, inputs.queries, grid);
  const maps = "scores" in inputs
    ? matchMaps(backend, { ...inputs, queries: corners }, options as ScoreGrids)
    : matchMaps(
      backend,
      { ...inputs, queries: corners },
      options as CorrelateOptions<T>,
    );
  const matches = backend.reshape(nearestNeighbor(backend, maps), [
    batch,
    count,
    4,
    2,
  ]);
  const mixed = backend.sum(backend.mul(matches, weights), [2]);
  return backend.reshape(mixed, [batch, count, 2]);
}

/** Pairs of a batch, and the cells of A. */
interface Sizes {
  readonly batch: number;
  readonly grid: Grid;
}

function sizesOfScores<T>(
  backend: Backend<T>,
  scores: T,
  { gridA }: ScoreGrids,
): Sizes {
  const names = ["B", "N", "M"] as const;
  const [batch] = axes(FN, "scores", backend.shape(scores), names);
  return { batch, grid: gridA };
}

function sizesOfMap<T>(backend: Backend<T>, featuresA: T): Sizes {
  const shape = backend.shape(featuresA);
  const names = ["B", "C", "h", "w"] as const;
  const [batch, , h, w] = axes(FN, "featuresA", shape, names);
  return { batch, grid: [h, w] };
}

/** Four cells around each query `[B, 4K, 2]`, and their shares `[B, K, 4, 1]`. */
function cornersOf<T>(
  backend: Backend<T>,
  queries: T,
  grid: Grid,
): { readonly corners: T; readonly weights: T } {
  const corners = gridCorners(backend, FN, queries, grid);
  const [batch, count] = backend.shape(queries) as [number, number];
  const places = corners.flatMap(({ x, y }) => [x, y]);
  const shares = corners.map(({ share }) => share);
  return {
    corners: backend.reshape(backend.concat(places, 2), [batch, count * 4, 2]),
    weights: backend.reshape(backend.concat(shares, 2), [batch, count, 4, 1]),
  };
}
