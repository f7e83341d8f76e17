import type { Backend, TensorMap } from "../backends/backend.ts";
import { bilinearWeights } from "../core/bilinear_weights.ts";
import { l2Normalize } from "../core/l2_normalize.ts";
import { locate } from "../core/locate.ts";
import { nearestNeighbor } from "../core/nearest_neighbor.ts";
import { mapLocalizer, type Reading } from "./reading.ts";

/** What {@linkcode MatchPrograms.read} matches with `B` images. */
export interface ReadInputs<T> {
  /** Feature maps `[1, C, h, w]` of the images that are searched, of one size. */
  readonly maps: readonly T[];
  /** Columns of each one's queries `[B, Q, C]`, of whichever images. */
  readonly descriptors: T;
  /** Temperature of each reading and query, `[R, B, Q]`, > 0. */
  readonly betas: T;
  /** Where a reading mixes four neighbours: their columns `[B, 4 Q, C]`. */
  readonly corners?: T;
  /** And their shares, `[B, Q, 4, 1]`. */
  readonly shares?: T;
}

/**
 * Matching in two halves, so that a map is normalised and sampled once an image
 * and not once a pair, and one program serves all pairs of a size.
 */
export interface MatchPrograms<T> {
  /** Columns `[B, Q, C]` of `B` maps `[1, C, h, w]` of one size at queries `[B, Q, 2]` in their cells. */
  readonly describe: (maps: readonly T[], queries: T) => Promise<T>;
  /** Matches `[R B, Q, 2]` in cells: all images by the first reading, then by the next. */
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
  const columns = (maps: readonly T[]): T => {
    const features = maps.length === 1 ? maps[0] as T : backend.concat(maps, 0);
    const [batch, c, h, w] = backend.shape(features) as Quad;
    const unit = normalize ? l2Normalize(backend, features) : features;
    return backend.reshape(unit, [batch, c, h * w]);
  };
  const describing = backend.compile((inputs) => {
    const { queries, ...others } = inputs as Readonly<Record<string, T>>;
    const maps = listed(others);
    const [, , h, w] = backend.shape(maps[0] as T) as Quad;
    // A product with all cells, and no gathering as in matchMaps: there are few
    // queries a map, since equal ones are sampled once.
    const rows = bilinearWeights(backend, queries as T, [h, w]);
    const descriptors = backend.matMul(rows, columns(maps), {
      transposeB: true,
    });
    return { descriptors };
  });
  const reading = backend.compile((inputs) => {
    const { descriptors, betas, corners, shares, ...others } =
      inputs as unknown as Omit<ReadInputs<T>, "maps">;
    const searched = listed<T>(others);
    const [, , h, w] = backend.shape(searched[0] as T) as Quad;
    const target = columns(searched);
    const mapsOf = (queries: T): T => {
      const [batch, count] = backend.shape(queries) as Pair;
      const scores = backend.matMul(queries, target);
      return backend.reshape(scores, [batch, count, h, w]);
    };
    const maps = mapsOf(descriptors);
    const [batch, count] = backend.shape(maps) as Pair;
    const points = readings.map((each, r): T => {
      const localizer = mapLocalizer(each);
      if (localizer === undefined) {
        // As bilinearNearestNeighbor, which would need the map of the queries:
        // here only columns of its corners are left, and shares that are inputs.
        const found = nearestNeighbor(backend, mapsOf(corners as T));
        const mixed = backend.sum(
          backend.mul(
            backend.reshape(found, [batch, count, 4, 2]),
            shares as T,
          ),
          [2],
        );
        return backend.reshape(mixed, [batch, count, 2]);
      }
      // Where the best cell lies depends on no temperature.
      if (localizer.kind === "nearestNeighbor") {
        return nearestNeighbor(backend, maps);
      }
      const beta = backend.reshape(
        backend.slice(betas, [r, 0, 0], [1, batch, count]),
        [batch, count, 1, 1],
      );
      return locate(backend, backend.div(maps, beta), { localizer });
    });
    return {
      points: points.length === 1 ? points[0] as T : backend.concat(points, 0),
    };
  });
  return {
    describe: async (maps, queries) =>
      (await describing({ ...named(maps), queries }))["descriptors"] as T,
    read: async ({ maps, ...inputs }) =>
      (await reading({ ...named(maps), ...inputs }))["points"] as T,
  };
}

/** Maps as inputs of a program. */
function named<T>(maps: readonly T[]): TensorMap<T> {
  return Object.fromEntries(maps.map((map, i) => [`map.${i}`, map]));
}

/** What {@linkcode named} named, in order. */
function listed<T>(inputs: TensorMap<T>): readonly T[] {
  return Array.from(
    { length: Object.keys(inputs).length },
    (_, i) => inputs[`map.${i}`] as T,
  );
}

type Pair = [number, number];
type Quad = [number, number, number, number];
