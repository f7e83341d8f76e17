import type {
  Backend,
  CompiledProgram,
  TensorData,
} from "../backends/backend.ts";
import type { Grid } from "./_grid.ts";
import { scaledColumns } from "./_scaled_columns.ts";
import type { FeaturePair } from "./correlate.ts";
import { OptionError } from "./errors.ts";
import { type Localizer, locate } from "./locate.ts";
import { type ColumnPeaks, emptyPeaks, mergePeaks } from "./_column_peaks.ts";

/** Options of {@linkcode denseCorrespondence}. */
export interface DenseCorrespondenceOptions {
  /** How each match is read from its score map. */
  readonly localizer: Localizer;
  /** Temperature > 0 of the confidence and of the localiser. */
  readonly beta: number;
  /** Whether features are L2-normalised first; `true` by default. */
  readonly normalize?: boolean;
  /** Cells of A matched at once, at least 1; by default as many as make 2^20 scores. */
  readonly chunkCells?: number;
}

/** Where every cell of A lies in B; row-major, cell `n = y * wa + x`. */
export interface DenseField {
  /** `[B, ha, wa, 2]`: (x, y) in cells of B. */
  readonly points: Float32Array;
  /** `[B, ha, wa]`: highest score, a cosine where features are normalised. */
  readonly similarity: Float32Array;
  /** `[B, ha, wa]`: probability of the best cell, in (0, 1]. */
  readonly confidence: Float32Array;
  /** `[B, ha, wa]`: 1 where the best cell of B has this one as its own best. */
  readonly mutual: Uint8Array;
  /** `[ha, wa]`. */
  readonly gridA: Grid;
  /** `[hb, wb]`. */
  readonly gridB: Grid;
}

const SCORES_AT_ONCE = 2 ** 20;

/**
 * Prepares a function that matches every cell of image A: for each the point
 * in B, how alike the two are, how sure the match is, `max_m φ(C[n, :] / β)[m]`,
 * and whether it is mutual.
 *
 * The correlation tensor is never whole: `chunkCells` rows of it live at a
 * time, so that memory grows with the maps and not with their product. The
 * chunks are compiled once for each pair of shapes.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param options Localiser, temperature and size of a chunk.
 * @returns The function: two feature maps in, the field out; what it made on
 *   the backend is freed. It rejects with ShapeError if `B` or `C` differ.
 * @throws {OptionError} If `beta` or `chunkCells` lies outside its range.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { denseCorrespondence, referenceBackend } from "@simsc/core";
 *
 * const backend = referenceBackend();
 * const match = denseCorrespondence(backend, {
 *   localizer: { kind: "nearestNeighbor" },
 *   beta: 0.05,
 * });
 * const field = await match({
 *   featuresA: backend.tensor([1, 0, 0, 1], [1, 2, 1, 2]),
 *   featuresB: backend.tensor([0, 1, 1, 0], [1, 2, 1, 2]),
 * });
 * deepStrictEqual([...field.points], [1, 0, 0, 0]); // B is A turned round
 * deepStrictEqual([...field.mutual], [1, 1]);
 * ```
 */
export function denseCorrespondence<T>(
  backend: Backend<T>,
  options: DenseCorrespondenceOptions,
): (features: FeaturePair<T>) => Promise<DenseField> {
  const fn = "denseCorrespondence";
  const { beta, chunkCells } = options;
  if (!(beta > 0 && beta < Infinity)) {
    throw new OptionError(fn, "beta", "a finite number > 0", beta);
  }
  if (
    chunkCells !== undefined &&
    !(Number.isInteger(chunkCells) && chunkCells >= 1)
  ) {
    throw new OptionError(fn, "chunkCells", "a whole number >= 1", chunkCells);
  }
  const prepare = backend.compile(({ featuresA, featuresB }) => {
    const pair = { featuresA, featuresB } as FeaturePair<T>;
    const { normalize = true } = options;
    const [a, b] = scaledColumns(backend, fn, pair, { normalize });
    return { rows: backend.transpose(a, [2, 0, 1]), columns: b };
  });
  const chunks = new Map<string, CompiledProgram<T>>();
  const chunkProgram = (grid: Grid): CompiledProgram<T> => {
    const key = grid.join();
    const program = chunks.get(key) ?? matchChunk(backend, grid, options);
    chunks.set(key, program);
    return program;
  };
  return async ({ featuresA, featuresB }) => {
    const gridA = backend.shape(featuresA).slice(2) as unknown as Grid;
    const gridB = backend.shape(featuresB).slice(2) as unknown as Grid;
    const { rows, columns } = await prepare({ featuresA, featuresB });
    const maps: Maps<T> = { rows: rows as T, columns: columns as T };
    try {
      return await overChunks(backend, maps, {
        gridA,
        gridB,
        chunkCells,
        run: chunkProgram(gridB),
      });
    } finally {
      backend.dispose([maps.rows, maps.columns]);
    }
  };
}

/** Feature maps ready to be multiplied. */
interface Maps<T> {
  /** `[N, B, C]`, of A. */
  readonly rows: T;
  /** `[B, C, M]`, of B. */
  readonly columns: T;
}

const OUTPUTS = [
  "points",
  "similarity",
  "confidence",
  "nearest",
  "columnPeak",
  "columnCell",
] as const;

/** Matches the cells `places [n]` of A. */
function matchChunk<T>(
  backend: Backend<T>,
  [hb, wb]: Grid,
  { localizer, beta }: DenseCorrespondenceOptions,
): CompiledProgram<T> {
  return backend.compile((inputs) => {
    const { rows, columns, places } = inputs as Readonly<
      Record<"rows" | "columns" | "places", T>
    >;
    const chunk = backend.transpose(backend.gather(rows, places), [1, 0, 2]);
    const scores = backend.matMul(chunk, columns);
    const [b, n] = backend.shape(scores) as [number, number, number];
    const maps = backend.reshape(scores, [b, n, hb, wb]);
    return {
      points: locate(backend, maps, { localizer, beta }),
      similarity: backend.max(scores, [2]),
      confidence: backend.max(
        backend.softmax(backend.div(scores, beta)),
        [2],
      ),
      nearest: backend.argMax(scores),
      columnPeak: backend.max(scores, [1]),
      columnCell: backend.argMax(backend.transpose(scores, [0, 2, 1])),
    };
  });
}

interface ChunkPlan<T> {
  readonly gridA: Grid;
  readonly gridB: Grid;
  readonly chunkCells: number | undefined;
  readonly run: CompiledProgram<T>;
}

async function overChunks<T>(
  backend: Backend<T>,
  maps: Maps<T>,
  { gridA, gridB, chunkCells, run }: ChunkPlan<T>,
): Promise<DenseField> {
  const [n, b] = backend.shape(maps.rows) as [number, number];
  const m = gridB[0] * gridB[1];
  const fitting = Math.max(1, Math.floor(SCORES_AT_ONCE / (b * m)));
  const size = Math.min(n, chunkCells ?? fitting);
  const points = new Float32Array(b * n * 2);
  const similarity = new Float32Array(b * n);
  const confidence = new Float32Array(b * n);
  const nearest = new Uint32Array(b * n);
  const peaks: ColumnPeaks = emptyPeaks(b * m);
  for (let start = 0; start < n; start += size) {
    const count = Math.min(size, n - start);
    const values = await runChunk(backend, run, {
      ...maps,
      // A short last chunk repeats its last cell: one shape, one program.
      places: Float64Array.from(
        { length: size },
        (_, i) => start + Math.min(i, count - 1),
      ),
    });
    for (let pair = 0; pair < b; pair++) {
      const [from, to] = [pair * size, pair * n + start];
      points.set(
        values.points.subarray(from * 2, (from + count) * 2),
        to * 2,
      );
      similarity.set(values.similarity.subarray(from, from + count), to);
      confidence.set(values.confidence.subarray(from, from + count), to);
      nearest.set(values.nearest.subarray(from, from + count), to);
    }
    mergePeaks(peaks, values, start);
  }
  const mutual = Uint8Array.from(nearest, (cell, i) => {
    const pair = Math.floor(i / n);
    return peaks.cells[pair * m + cell] === i % n ? 1 : 0;
  });
  return { points, similarity, confidence, mutual, gridA, gridB };
}

async function runChunk<T>(
  backend: Backend<T>,
  run: CompiledProgram<T>,
  { rows, columns, places }: Maps<T> & { readonly places: Float64Array },
): Promise<Readonly<Record<typeof OUTPUTS[number], TensorData>>> {
  const indices = backend.tensor(places, [places.length]);
  const outputs = await run({ rows, columns, places: indices });
  const read = await backend.read(OUTPUTS.map((name) => outputs[name] as T));
  backend.dispose([indices, ...Object.values(outputs)]);
  return Object.fromEntries(
    OUTPUTS.map((name, i) => [name, read[i] as TensorData]),
  ) as Readonly<Record<typeof OUTPUTS[number], TensorData>>;
}
