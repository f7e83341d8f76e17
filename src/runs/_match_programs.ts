import type { Backend } from "../backends/backend.ts";
import { bilinearWeights } from "../core/bilinear_weights.ts";
import { l2Normalize } from "../core/l2_normalize.ts";
import { locate } from "../core/locate.ts";
import { nearestNeighbor } from "../core/nearest_neighbor.ts";
import { mapLocalizer, type Reading } from "./reading.ts";

/** What {@linkcode MatchPrograms.read} matches with one image. */
export interface ReadInputs<T> {
  /** Feature map `[1, C, h, w]` of the image that is searched. */
  readonly features: T;
  /** Columns of the queries `[1, Q, C]`, of whichever images. */
  readonly descriptors: T;
  /** Temperature of each reading and query, `[R, Q]`, > 0. */
  readonly betas: T;
  /** Where a reading mixes four neighbours: their columns `[1, 4 Q, C]`. */
  readonly corners?: T;
  /** And their shares, `[1, Q, 4, 1]`. */
  readonly shares?: T;
}

/**
 * Matching in two halves, so that a map is normalised and sampled once an image
 * and not once a pair, and one program serves all pairs of a size.
 */
export interface MatchPrograms<T> {
  /** Columns `[1, Q, C]` of a map `[1, C, h, w]` at queries `[1, Q, 2]` in its cells. */
  readonly describe: (features: T, queries: T) => Promise<T>;
  /** Matches `[R, Q, 2]` in cells, by each reading in turn. */
  readonly read: (inputs: ReadInputs<T>) => Promise<T>;
}

/** Compiles both halves. */
export function matchPrograms<T>(
  backend: Backend<T>,
  { normalize, readings }: {
    readonly normalize: boolean;
    readonly readings: readonly Reading[];
  },
): MatchPrograms<T> {
  const columns = (features: T): T => {
    const [batch, c, h, w] = backend.shape(features) as Quad;
    const unit = normalize ? l2Normalize(backend, features) : features;
    return backend.reshape(unit, [batch, c, h * w]);
  };
  const describing = backend.compile((inputs) => {
    const { features, queries } = inputs as Record<"features" | "queries", T>;
    const [, , h, w] = backend.shape(features) as Quad;
    const rows = bilinearWeights(backend, queries, [h, w]);
    const descriptors = backend.matMul(rows, columns(features), {
      transposeB: true,
    });
    return { descriptors };
  });
  const reading = backend.compile((inputs) => {
    const { features, descriptors, betas, corners, shares } =
      inputs as unknown as ReadInputs<T>;
    const [, , h, w] = backend.shape(features) as Quad;
    const target = columns(features);
    const mapsOf = (queries: T): T => {
      const count = backend.shape(queries)[1] as number;
      const scores = backend.matMul(queries, target);
      return backend.reshape(scores, [1, count, h, w]);
    };
    const maps = mapsOf(descriptors);
    const count = backend.shape(maps)[1] as number;
    const points = readings.map((each, r): T => {
      const localizer = mapLocalizer(each);
      if (localizer === undefined) {
        const found = nearestNeighbor(backend, mapsOf(corners as T));
        const mixed = backend.sum(
          backend.mul(
            backend.reshape(found, [1, count, 4, 2]),
            shares as T,
          ),
          [2],
        );
        return backend.reshape(mixed, [1, count, 2]);
      }
      // Where the best cell lies depends on no temperature.
      if (localizer.kind === "nearestNeighbor") {
        return nearestNeighbor(backend, maps);
      }
      const beta = backend.reshape(
        backend.slice(betas, [r, 0], [1, count]),
        [1, count, 1, 1],
      );
      return locate(backend, backend.div(maps, beta), { localizer });
    });
    return {
      points: points.length === 1 ? points[0] as T : backend.concat(points, 0),
    };
  });
  return {
    describe: async (features, queries) =>
      (await describing({ features, queries }))["descriptors"] as T,
    read: async (inputs) => (await reading({ ...inputs }))["points"] as T,
  };
}

type Quad = [number, number, number, number];
