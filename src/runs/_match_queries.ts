import type { Backend } from "../backends/backend.ts";
import { bilinearNearestNeighbor } from "../core/bilinear_nearest_neighbor.ts";
import { type Localizer, locate } from "../core/locate.ts";
import { type FeatureQueries, matchMaps } from "../core/match_maps.ts";

/** Options of {@linkcode matchQueries}. */
export interface MatchQueriesOptions<T> {
  /** Whether features are normalised. */
  readonly normalize: boolean;
  /** None: the mean of the best cells of four maps. */
  readonly localizer: Localizer | undefined;
  /** Temperature βᴬ βᴮ. */
  readonly beta: number | T;
}

/**
 * Matches `[B, K, 2]` in cells of B. `maps`, scores of the queries, are made
 * only where the caller has none and the localiser reads them.
 */
export function matchQueries<T>(
  backend: Backend<T>,
  { maps, ...pair }: FeatureQueries<T> & { readonly maps?: T },
  { normalize, localizer, beta }: MatchQueriesOptions<T>,
): T {
  if (localizer === undefined) {
    return bilinearNearestNeighbor(backend, pair, { normalize });
  }
  const scores = maps ?? matchMaps(backend, pair, { normalize });
  return locate(backend, scores, { localizer, beta });
}
