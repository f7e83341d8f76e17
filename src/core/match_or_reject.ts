import type { Backend } from "../backends/backend.ts";
import { gridPoints } from "./_grid.ts";
import type { Grid } from "./_grid.ts";
import { perPair } from "./_shape.ts";
import { OptionError } from "./errors.ts";
import { locate, type LocateOptions } from "./locate.ts";
import { type FeatureQueries, matchMaps } from "./match_maps.ts";

/** Options of {@linkcode matchOrReject}. */
export interface MatchOrRejectOptions<T> extends LocateOptions<T> {
  /** Least cosine of query and best cell, in [-1, 1]. */
  readonly minSimilarity: number;
  /** Least probability of the best cell, in [0, 1]. */
  readonly minConfidence: number;
  /** Most cells between a query and the match of its match, >= 0. */
  readonly maxCycleCells: number;
}

/** Result of {@linkcode matchOrReject}. */
export interface MatchDecision<T> {
  /** `[B, K, 2]`: (x, y) in cells of B, also where rejected. */
  readonly points: T;
  /** `[B, K]`: 1 where the query has a match, else 0. */
  readonly matched: T;
  /** `[B, K]`: cosine of the query and its best cell. */
  readonly similarity: T;
  /** `[B, K]`: probability of the best cell. */
  readonly confidence: T;
  /** `[B, K]`: how far from the query its match leads back, in cells of A. */
  readonly cycleCells: T;
}

/**
 * Matches each query and says whether it has a match at all. The rule: a match
 * is accepted where all three hold,
 * `max_m M[k, m] >= minSimilarity` (something looks alike),
 * `max_m φ(M / β)[k, m] >= minConfidence` (one place does so more than others)
 * and `‖back(match(q)) - q‖₂ <= maxCycleCells` (matching the match from B to A
 * leads back).
 *
 * -1, 0 and Infinity switch a condition off. Features are normalised, and
 * queries outside the grid count at its nearest border point.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param inputs Feature maps, and queries in cells of A.
 * @param options Localiser, temperature and the three bounds.
 * @returns Matches, decision and what it rests on; `matched` takes no gradient.
 * @throws {ShapeError} If shapes disagree.
 * @throws {OptionError} If a bound lies outside its range.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { matchOrReject, referenceBackend } from "@simsc/core";
 *
 * const backend = referenceBackend();
 * const { matched } = matchOrReject(backend, {
 *   featuresA: backend.tensor([1, 0, 0, 1], [1, 2, 1, 2]),
 *   featuresB: backend.tensor([1, 1, 0, 0.1], [1, 2, 1, 2]), // no second one
 *   queries: backend.tensor([0, 0, 1, 0], [1, 2, 2]),
 * }, {
 *   localizer: { kind: "nearestNeighbor" },
 *   beta: 0.05,
 *   minSimilarity: 0.5,
 *   minConfidence: 0,
 *   maxCycleCells: 1,
 * });
 * const [flags] = await backend.read([matched]);
 * deepStrictEqual([...flags!], [1, 0]);
 * ```
 */
export function matchOrReject<T>(
  backend: Backend<T>,
  { featuresA, featuresB, queries }: FeatureQueries<T>,
  { minSimilarity, minConfidence, maxCycleCells, ...how }: MatchOrRejectOptions<
    T
  >,
): MatchDecision<T> {
  const fn = "matchOrReject";
  inRange(fn, "minSimilarity", minSimilarity, [-1, 1]);
  inRange(fn, "minConfidence", minConfidence, [0, 1]);
  inRange(fn, "maxCycleCells", maxCycleCells, [0, Infinity]);
  const maps = matchMaps(backend, { featuresA, featuresB, queries });
  const points = locate(backend, maps, how);
  const [b, k, h, w] = backend.shape(maps) as [number, number, number, number];
  const cells = backend.reshape(maps, [b, k, h * w]);
  const beta = perPair(backend, fn, "beta", {
    beta: how.beta ?? 1,
    batch: b,
    rank: 3,
  });
  const probabilities = backend.softmax(backend.div(cells, beta));
  const peak = (x: T): T => backend.reshape(backend.max(x, [2]), [b, k]);
  const [similarity, confidence] = [peak(cells), peak(probabilities)];
  const back = locate(
    backend,
    matchMaps(backend, {
      featuresA: featuresB,
      featuresB: featuresA,
      queries: points,
    }),
    how,
  );
  const grid = backend.shape(featuresA).slice(2) as unknown as Grid;
  const cycleCells = distanceTo(backend, { queries, back, grid });
  const atLeast = (x: T, bound: number): T =>
    backend.sub(1, backend.step(backend.sub(bound, x)));
  const returns = maxCycleCells === Infinity
    ? atLeast(confidence, 0)
    : backend.sub(1, backend.step(backend.sub(cycleCells, maxCycleCells)));
  const matched = backend.mul(
    backend.mul(
      atLeast(similarity, minSimilarity),
      atLeast(confidence, minConfidence),
    ),
    returns,
  );
  return { points, matched, similarity, confidence, cycleCells };
}

function distanceTo<T>(
  backend: Backend<T>,
  { queries, back, grid }: {
    readonly queries: T;
    readonly back: T;
    readonly grid: Grid;
  },
): T {
  const { x, y } = gridPoints(backend, "matchOrReject", queries, grid);
  const offset = backend.sub(backend.concat([x, y], 2), back);
  const squares = backend.sum(backend.mul(offset, offset), [2]);
  const [b, k] = backend.shape(queries) as [number, number];
  return backend.reshape(backend.sqrt(squares), [b, k]);
}

function inRange(
  fn: string,
  name: string,
  value: number,
  [low, high]: readonly [number, number],
): void {
  if (value >= low && value <= high) return;
  throw new OptionError(fn, name, `a number in [${low}, ${high}]`, value);
}
