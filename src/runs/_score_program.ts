import type { Backend, CompiledProgram } from "../backends/backend.ts";
import type { Localizer } from "../core/locate.ts";
import { matchMaps } from "../core/match_maps.ts";
import { softmaxMap } from "../core/softmax_map.ts";
import { matchQueries } from "./_match_queries.ts";

/**
 * Matches `a`, `b`, `beta` and `queries`: `maps` `[1, K, h, w]`, `matches`
 * `[1, K, 2]` in cells, and of each map its highest score and probability.
 */
export function scoreProgram<T>(
  backend: Backend<T>,
  { normalize, localizer }: {
    readonly normalize: boolean;
    /** None: the mean of the best cells of four maps. */
    readonly localizer: Localizer | undefined;
  },
): CompiledProgram<T> {
  return backend.compile((inputs) => {
    const { a, b, beta, queries } = inputs as Readonly<
      Record<"a" | "b" | "beta" | "queries", T>
    >;
    const pair = { featuresA: a, featuresB: b, queries };
    const maps = matchMaps(backend, pair, { normalize });
    const matches = matchQueries(backend, { ...pair, maps }, {
      normalize,
      localizer,
      beta,
    });
    const highest = (x: T): T => backend.max(x, [2, 3]);
    return {
      matches,
      maps,
      similarity: highest(maps),
      confidence: highest(softmaxMap(backend, maps, { beta })),
    };
  });
}
