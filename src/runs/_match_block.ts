import type { Backend } from "../backends/backend.ts";
import type { Point } from "../core/point.ts";
import { pictureKey } from "../data/picture_edit.ts";
import { type BlockPair, pictureChunks } from "./_block_pairs.ts";
import {
  type Described,
  describePairs,
  mixesCorners,
} from "./_describe_pairs.ts";
import { mapBatches } from "./_map_batches.ts";
import type { ModelConfig } from "./model.ts";
import type { Predictor } from "./predictor.ts";

/** What a pair's queries were matched with. */
export interface MatchedPair<T> extends BlockPair<T> {
  /** By each reading, (x, y) in cells of the target. */
  readonly cells: readonly (readonly Point[])[];
  /** By each reading, the temperature. */
  readonly betas: readonly number[];
}

/**
 * Matches the pairs of a block: samples the queries of each source, all at
 * once, then looks for all that is wanted in each target, all at once, several
 * maps a call; hands the pairs of a call on as they are done.
 */
export async function* matchBlock<T>(
  backend: Backend<T>,
  { config, predictor }: {
    readonly config: ModelConfig;
    readonly predictor: Predictor<T>;
  },
  pairs: readonly BlockPair<T>[],
): AsyncGenerator<readonly MatchedPair<T>[]> {
  const described = await describePairs(backend, { config, predictor }, pairs);
  const { chunks, capacity } = pictureChunks(
    pairs,
    ({ pair }) => pictureKey(pair.target),
  );
  const batches = mapBatches(backend, chunks, {
    mapOf: ([first]) => first!.target.features,
    queries: mixesCorners(predictor.readings) ? 4 * capacity : capacity,
  });
  for (const { members, maps } of batches) {
    yield await readChunks(backend, predictor, {
      chunks: members,
      maps,
      described,
      capacity,
    });
  }
}

/** Looks for each chunk's queries in its own map. */
async function readChunks<T>(
  backend: Backend<T>,
  predictor: Predictor<T>,
  { chunks, maps, described, capacity }: {
    readonly chunks: readonly (readonly BlockPair<T>[])[];
    readonly maps: readonly T[];
    readonly described: ReadonlyMap<number, Described>;
    readonly capacity: number;
  },
): Promise<readonly MatchedPair<T>[]> {
  const { readings } = predictor;
  const rows = maps.length * capacity;
  const channels = backend.shape(maps[0] as T)[1] as number;
  const placed = chunks.flatMap((chunk, c) => {
    let next = c * capacity;
    return chunk.map((each) => {
      const first = next;
      next += each.pair.source.keypoints.length;
      const parts = described.get(each.place) as Described;
      const betas = readings.map(({ betaEval }) =>
        betaEval === "auto" ? each.source.beta * each.target.beta : betaEval
      );
      return { each, parts, first, last: next, betas };
    });
  });
  // Room that no query takes has some temperature, so that nothing is 0 / 0.
  const spread = new Float32Array(readings.length * rows).fill(1);
  for (const { betas, first, last } of placed) {
    betas.forEach((beta, r) =>
      spread.fill(beta, r * rows + first, r * rows + last)
    );
  }
  const joined = (
    length: number,
    partOf: (parts: Described) => Float32Array | undefined,
  ): Float32Array => {
    const all = new Float32Array(rows * length);
    for (const { parts, first } of placed) {
      const part = partOf(parts);
      if (part !== undefined) all.set(part, first * length);
    }
    return all;
  };
  const mixes = mixesCorners(readings);
  const inputs = {
    descriptors: backend.tensor(
      joined(channels, ({ columns }) => columns),
      [maps.length, capacity, channels],
    ),
    betas: backend.tensor(spread, [readings.length, maps.length, capacity]),
    ...(mixes && {
      corners: backend.tensor(
        joined(4 * channels, ({ corners }) => corners),
        [maps.length, 4 * capacity, channels],
      ),
      shares: backend.tensor(
        joined(4, ({ shares }) => shares),
        [maps.length, capacity, 4, 1],
      ),
    }),
  };
  const points = await predictor.read({ ...inputs, maps })
    .finally(() => backend.dispose(Object.values(inputs)));
  const [values = []] = await backend.read([points])
    .finally(() => backend.dispose([points]));
  return placed.map(({ each, betas, first }) => ({
    ...each,
    betas,
    cells: readings.map((_, r) =>
      each.pair.source.keypoints.map((_, k): Point => {
        const at = 2 * (r * rows + first + k);
        return [values[at] as number, values[at + 1] as number];
      })
    ),
  }));
}
