import type { Backend } from "../backends/backend.ts";
import type { Point } from "../core/point.ts";
import { pictureKey } from "../data/picture_edit.ts";
import { type BlockPair, chunked, groupBy } from "./_block_pairs.ts";
import { type Described, describePairs } from "./_describe_pairs.ts";
import type { ModelConfig } from "./model.ts";
import type { Predictor } from "./predictor.ts";

/** What a pair's queries were matched with. */
export interface MatchedPair<T> extends BlockPair<T> {
  /** By each reading, (x, y) in cells of the target. */
  readonly cells: readonly (readonly Point[])[];
  /** By each reading, the temperature. */
  readonly betas: readonly number[];
}

/** Queries of one program call at most. */
const MOST_QUERIES = 256;

/**
 * Matches the pairs of a block: samples the queries of each source, all at
 * once, then looks for all that is wanted in each target, all at once; hands
 * each target's pairs on as they are done.
 */
export async function* matchBlock<T>(
  backend: Backend<T>,
  { config, predictor }: {
    readonly config: ModelConfig;
    readonly predictor: Predictor<T>;
  },
  pairs: readonly BlockPair<T>[],
): AsyncGenerator<readonly MatchedPair<T>[]> {
  const capacity = capacityFor(pairs);
  const described = await describePairs(backend, { config, predictor }, {
    pairs,
    capacity,
  });
  for (const group of groupBy(pairs, ({ pair }) => pictureKey(pair.target))) {
    const chunks = chunked(group, capacity);
    for (const chunk of chunks) {
      yield await readChunk(backend, predictor, {
        chunk,
        described,
        capacity,
      });
    }
  }
}

/** One capacity for all calls of a block, so that one program a size serves them. */
function capacityFor<T>(pairs: readonly BlockPair<T>[]): number {
  const counts = (key: (each: BlockPair<T>) => string): number[] =>
    groupBy(pairs, key).map(queryCount);
  const most = Math.max(
    1,
    ...counts(({ pair }) => pictureKey(pair.source)),
    ...counts(({ pair }) => pictureKey(pair.target)),
  );
  const single = Math.max(
    1,
    ...pairs.map(({ pair }) => pair.source.keypoints.length),
  );
  return Math.max(single, Math.min(MOST_QUERIES, 16 * Math.ceil(most / 16)));
}

function queryCount<T>(pairs: readonly BlockPair<T>[]): number {
  return pairs.reduce((sum, { pair }) => sum + pair.source.keypoints.length, 0);
}

async function readChunk<T>(
  backend: Backend<T>,
  predictor: Predictor<T>,
  { chunk, described, capacity }: {
    readonly chunk: readonly BlockPair<T>[];
    readonly described: ReadonlyMap<number, Described>;
    readonly capacity: number;
  },
): Promise<readonly MatchedPair<T>[]> {
  const { readings } = predictor;
  const { target } = chunk[0] as BlockPair<T>;
  const parts = chunk.map(({ place }) => described.get(place) as Described);
  const channels = backend.shape(target.features)[1] as number;
  const betas = chunk.map(({ source }) =>
    readings.map(({ betaEval }) =>
      betaEval === "auto" ? source.beta * target.beta : betaEval
    )
  );
  // Room that no query takes has some temperature, so that nothing is 0 / 0.
  const spread = new Float32Array(readings.length * capacity).fill(1);
  const starts: number[] = [];
  let first = 0;
  chunk.forEach(({ pair }, i) => {
    starts.push(first);
    const last = first + pair.source.keypoints.length;
    readings.forEach((_, r) =>
      spread.fill(
        betas[i]?.[r] as number,
        r * capacity + first,
        r * capacity + last,
      )
    );
    first = last;
  });
  const mixes = parts[0]?.corners !== undefined;
  const inputs = {
    descriptors: backend.tensor(
      joined(parts.map(({ columns }) => columns), capacity * channels),
      [1, capacity, channels],
    ),
    betas: backend.tensor(spread, [readings.length, capacity]),
    ...(mixes && {
      corners: backend.tensor(
        joined(parts.map((part) => part.corners), 4 * capacity * channels),
        [1, 4 * capacity, channels],
      ),
      shares: backend.tensor(
        joined(parts.map(({ shares }) => shares), 4 * capacity),
        [1, capacity, 4, 1],
      ),
    }),
  };
  const points = await predictor.read({ ...inputs, features: target.features })
    .finally(() => backend.dispose(Object.values(inputs)));
  const [values = []] = await backend.read([points])
    .finally(() => backend.dispose([points]));
  return chunk.map((each, i) => ({
    ...each,
    betas: betas[i] as readonly number[],
    cells: readings.map((_, r) =>
      each.pair.source.keypoints.map((_, k): Point => {
        const at = 2 * (r * capacity + (starts[i] as number) + k);
        return [values[at] as number, values[at + 1] as number];
      })
    ),
  }));
}

/** Arrays one behind the other, zeros to the end. */
function joined(
  parts: readonly (Float32Array | undefined)[],
  length: number,
): Float32Array {
  const all = new Float32Array(length);
  let at = 0;
  for (const part of parts) {
    if (part === undefined) continue;
    all.set(part, at);
    at += part.length;
  }
  return all;
}
