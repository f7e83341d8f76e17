import type { Backend } from "../backends/backend.ts";
import type { Grid } from "../core/bilinear_weights.ts";
import type { Point } from "../core/point.ts";
import { pictureKey } from "../data/picture_edit.ts";
import { backboneStride } from "../nn/backbone_geometry.ts";
import { type BlockPair, chunked, groupBy } from "./_block_pairs.ts";
import { cornersOf } from "./_corners.ts";
import type { Extracted } from "./_extract_images.ts";
import { type CellRule, storedToCells } from "./_pixel_cells.ts";
import type { ModelConfig } from "./model.ts";
import type { Predictor } from "./predictor.ts";
import { mapLocalizer } from "./reading.ts";

/** Columns of all queries of a pair: its own, and those around each. */
export interface Described {
  /** `[K, C]` of its own. */
  readonly columns: Float32Array;
  /** `[4 K, C]` of the cells around each. */
  readonly corners?: Float32Array;
  /** `[4 K]`, how much each of them is. */
  readonly shares?: Float32Array;
}

/** Samples the queries of the pairs of a block, all of a source at once; by the place of the pair. */
export async function describePairs<T>(
  backend: Backend<T>,
  { config, predictor }: {
    readonly config: ModelConfig;
    readonly predictor: Predictor<T>;
  },
  { pairs, capacity }: {
    readonly pairs: readonly BlockPair<T>[];
    readonly capacity: number;
  },
): Promise<ReadonlyMap<number, Described>> {
  const stride = backboneStride(config.backbone);
  const rule: CellRule = { rule: config.coordinates, stride };
  const mixes = predictor.readings.some((reading) =>
    mapLocalizer(reading) === undefined
  );
  const described = new Map<number, Described>();
  for (const group of groupBy(pairs, ({ pair }) => pictureKey(pair.source))) {
    for (const chunk of chunked(group, capacity)) {
      const { source } = chunk[0] as BlockPair<T>;
      const [height, width] = source.padded;
      const grid: Grid = [height / stride, width / stride];
      const cells = chunk.map(({ pair }) =>
        storedToCells(pair.source.keypoints, source, rule)
      );
      const columns = await sample(backend, predictor, {
        source,
        points: cells.flat(),
        capacity,
      });
      const around = mixes
        ? cells.flat().map((point) => cornersOf(point, grid))
        : [];
      const corners = mixes
        ? await sample(backend, predictor, {
          source,
          points: around.flatMap((each) => each.cells),
          capacity: 4 * capacity,
        })
        : new Float32Array();
      const channels = columns.length / capacity;
      let first = 0;
      chunk.forEach(({ place }, i) => {
        const last = first + (cells[i] as readonly Point[]).length;
        described.set(place, {
          columns: columns.slice(first * channels, last * channels),
          ...(mixes && {
            corners: corners.slice(4 * first * channels, 4 * last * channels),
            shares: Float32Array.from(
              around.slice(first, last).flatMap(({ shares }) => shares),
            ),
          }),
        });
        first = last;
      });
    }
  }
  return described;
}

/** Columns of a source's map at points in cells, `capacity` rows. */
async function sample<T>(
  backend: Backend<T>,
  predictor: Predictor<T>,
  { source, points, capacity }: {
    readonly source: Extracted<T>;
    readonly points: readonly Point[];
    readonly capacity: number;
  },
): Promise<Float32Array> {
  const padded = new Float32Array(capacity * 2);
  padded.set(points.flat());
  const queries = backend.tensor(padded, [1, capacity, 2]);
  const columns = await predictor.describe(source.features, queries)
    .finally(() => backend.dispose([queries]));
  const [values] = await backend.read([columns])
    .finally(() => backend.dispose([columns]));
  return Float32Array.from(values ?? []);
}
