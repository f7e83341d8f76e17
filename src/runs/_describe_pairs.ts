import type { Backend, TensorData } from "../backends/backend.ts";
import type { Grid } from "../core/bilinear_weights.ts";
import type { Point } from "../core/point.ts";
import { pictureKey } from "../data/picture_edit.ts";
import { backboneStride } from "../nn/backbone_geometry.ts";
import { type BlockPair, pictureChunks } from "./_block_pairs.ts";
import { cornersOf } from "./_corners.ts";
import { groupBy } from "./_group_by.ts";
import { mapBatches } from "./_map_batches.ts";
import { type CellRule, storedToCells } from "./_pixel_cells.ts";
import type { ModelConfig } from "./model.ts";
import type { Predictor } from "./predictor.ts";
import { mapLocalizer, type Reading } from "./reading.ts";

/** Columns of all queries of a pair: its own, and those around each. */
export interface Described {
  /** `[K, C]` of its own. */
  readonly columns: Float32Array;
  /** `[4 K, C]` of the cells around each. */
  readonly corners?: Float32Array;
  /** `[4 K]`, how much each of them is. */
  readonly shares?: Float32Array;
}

/**
 * Samples the queries of the pairs of a block, all of a source at once, equal
 * lists of them once; by the place of the pair.
 */
export async function describePairs<T>(
  backend: Backend<T>,
  { config, predictor }: {
    readonly config: ModelConfig;
    readonly predictor: Predictor<T>;
  },
  pairs: readonly BlockPair<T>[],
): Promise<ReadonlyMap<number, Described>> {
  const stride = backboneStride(config.backbone);
  const rule: CellRule = { rule: config.coordinates, stride };
  const mixes = mixesCorners(predictor.readings);
  const described = new Map<number, Described>();
  const sourceOf = ({ pair }: BlockPair<T>): string => pictureKey(pair.source);
  const equal = new Map(
    groupBy(
      pairs,
      (each) => `${sourceOf(each)} ${each.pair.source.keypoints}`,
    ).map((group) => [group[0]!, group]),
  );
  const { chunks, capacity } = pictureChunks([...equal.keys()], sourceOf);
  const batches = mapBatches(backend, chunks, {
    mapOf: ([first]) => first!.source.features,
    queries: mixes ? 4 * capacity : capacity,
  });
  for (const { members, maps } of batches) {
    const cells = members.map((chunk) =>
      chunk.map(({ pair, source }) =>
        storedToCells(pair.source.keypoints, source, rule)
      )
    );
    const points = cells.map((each) => each.flat());
    const columns = await sample(backend, predictor, {
      maps,
      points,
      capacity,
    });
    const around = mixes
      ? points.map((each, m) => {
        const [height, width] = members[m]![0]!.source.padded;
        const grid: Grid = [height / stride, width / stride];
        return each.map((point) => cornersOf(point, grid));
      })
      : [];
    const corners = mixes
      ? await sample(backend, predictor, {
        maps,
        points: around.map((each) => each.flatMap(({ cells }) => cells)),
        capacity: 4 * capacity,
      })
      : new Float32Array();
    const channels = columns.length / (maps.length * capacity);
    members.forEach((chunk, m) => {
      let first = 0;
      chunk.forEach((each, i) => {
        const last = first + (cells[m]![i] as readonly Point[]).length;
        const [from, to] = [first, last].map((k) =>
          (m * capacity + k) * channels
        ) as [number, number];
        const own = {
          columns: columns.slice(from, to),
          ...(mixes && {
            corners: corners.slice(4 * from, 4 * to),
            shares: Float32Array.from(
              around[m]!.slice(first, last).flatMap(({ shares }) => shares),
            ),
          }),
        };
        equal.get(each)!.forEach(({ place }) => described.set(place, own));
        first = last;
      });
    });
  }
  return described;
}

/** Whether a reading mixes the matches of the four cells around a query. */
export function mixesCorners(readings: readonly Reading[]): boolean {
  return readings.some((reading) => mapLocalizer(reading) === undefined);
}

/** Columns of maps at each one's points in cells, `capacity` rows a map. */
async function sample<T>(
  backend: Backend<T>,
  predictor: Predictor<T>,
  { maps, points, capacity }: {
    readonly maps: readonly T[];
    readonly points: readonly (readonly Point[])[];
    readonly capacity: number;
  },
): Promise<Float32Array> {
  const padded = new Float32Array(maps.length * capacity * 2);
  points.forEach((each, m) => padded.set(each.flat(), m * capacity * 2));
  const queries = backend.tensor(padded, [maps.length, capacity, 2]);
  const columns = await predictor.describe(maps, queries)
    .finally(() => backend.dispose([queries]));
  const [values] = await backend.read([columns])
    .finally(() => backend.dispose([columns]));
  return Float32Array.from(values as TensorData);
}
