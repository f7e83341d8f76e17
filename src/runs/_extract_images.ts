import type { Backend, TensorData } from "../backends/backend.ts";
import type { Result } from "../core/result.ts";
import type { DataError } from "../data/data_error.ts";
import type { Picture } from "../data/picture_edit.ts";
import type { NamedTensors } from "../data/safetensors.ts";
import type { PictureSizes } from "./_pixel_cells.ts";
import { right } from "./_result.ts";
import { mapValues } from "./_tensor_map.ts";
import { type Aborted, aborted } from "./aborted.ts";
import type {
  EvaluationInputs,
  EvaluationOptions,
} from "./evaluation_inputs.ts";
import type { ImageFeatures } from "./predictor.ts";
import {
  type PreparedImage,
  preparePixels,
  stackInputs,
} from "./prepared_image.ts";
import { upload } from "./training_state.ts";

/** Features of a picture and how its pixels map. */
export interface Extracted<T> extends PictureSizes {
  /** `[1, C, h, w]`, not normalised. */
  readonly features: T;
  /** Its share of the temperature. */
  readonly beta: number;
  /** What decoded it. */
  readonly decoder: string;
}

/** Pixels of one forward pass at most, unless one picture alone has more. */
const PASS_PIXELS = 2 ** 21;

/** Bytes of prepared pictures that wait for others of their size. */
const WAITING_BYTES = 2 ** 27;

/** Pictures decoded while others pass the backbone. */
const AHEAD = 64;

/** Pictures of one padded size that wait for their forward pass. */
interface Bucket {
  readonly waiting: { readonly key: string; readonly image: PreparedImage }[];
  /** Pictures of a full pass. */
  readonly batch: number;
  /** Whether a full pass was run, so that its program is there. */
  isCompiled: boolean;
}

/**
 * Passes pictures through the backbone, those of one padded size together, into
 * `images`.
 *
 * What is left of a size joins a pass of its own; where a full one was run
 * before, pictures of zeros fill it up, since a program of another batch size
 * takes longer to compile than they take to compute.
 */
export async function extractImages<T>(
  backend: Backend<T>,
  {
    predictor,
    parameters,
    load,
    prefetch,
    padded,
    prepare = preparePixels(load),
  }: EvaluationInputs<T>,
  { batch = 8, signal }: EvaluationOptions,
  { pictures, images, onImages }: {
    readonly pictures: ReadonlyMap<string, Picture>;
    readonly images: Map<string, Extracted<T>>;
    readonly onImages: (count: number) => void;
  },
): Promise<Result<DataError | Aborted, void>> {
  const buckets = new Map<string, Bucket>();
  let bytes = 0;
  let stacked: NamedTensors = {};
  const flush = async ({ waiting, ...bucket }: Bucket): Promise<void> => {
    const taken = waiting.splice(0);
    stacked = stackInputs(taken.map(({ image }) => image), {
      ...(bucket.isCompiled && { count: bucket.batch }),
      into: stacked,
    });
    const inputs = upload(backend, stacked);
    const passed = await predictor.extractFrom(inputs, parameters)
      .finally(() => backend.dispose(Object.values(inputs)));
    const betas = await readBetas(backend, passed);
    passed.slice(taken.length).forEach(({ features }) =>
      backend.dispose([features])
    );
    taken.forEach(({ key, image }, i) => {
      const { stored, resized, padded, decoder } = image;
      images.set(key, {
        features: (passed[i] as ImageFeatures<T>).features,
        beta: betas[i] as number,
        stored,
        resized,
        padded,
        decoder,
      });
      bytes -= image.bytes;
    });
    onImages(taken.length);
  };
  const queue = [...pictures.values()];
  const full = evenBatch(queue.length, batch);
  if (padded !== undefined && queue.length > 0) {
    const { batch } = emptyBucket(padded, full);
    await predictor.buildExtraction(
      { images: [Math.min(batch, queue.length), 3, ...padded] },
      mapValues(parameters ?? {}, (x) => backend.shape(x)),
    );
  }
  let next = 0;
  for (const [key, picture] of pictures) {
    if (signal?.aborted) return aborted("evaluation");
    next++;
    // What is due before the next pass is faster decoded here at once.
    prefetch?.(queue.slice(next + full, next + AHEAD));
    const loaded = await prepare(picture)();
    if (loaded._tag === "Left") return loaded;
    const image = loaded.right;
    const size = image.padded.join();
    const bucket = buckets.get(size) ?? emptyBucket(image.padded, full);
    buckets.set(size, bucket);
    bucket.waiting.push({ key, image });
    bytes += image.bytes;
    if (bucket.waiting.length >= bucket.batch) {
      await flush(bucket);
      bucket.isCompiled = true;
    } else if (bytes > WAITING_BYTES) {
      await flush(fullest(buckets));
    }
  }
  for (const bucket of buckets.values()) {
    if (signal?.aborted) return aborted("evaluation");
    if (bucket.waiting.length > 0) await flush(bucket);
  }
  return right(undefined);
}

/** Of three quarters of a batch to a whole one, the largest that leaves the fewest places empty. */
function evenBatch(count: number, most: number): number {
  const empty = (size: number): number => (size - count % size) % size;
  let best = most;
  for (let size = most - 1; size >= most * 3 / 4; size--) {
    if (empty(size) < empty(best)) best = size;
  }
  return best;
}

function emptyBucket(
  [h, w]: readonly [number, number],
  batch: number,
): Bucket {
  const fitting = Math.max(1, Math.floor(PASS_PIXELS / (h * w)));
  return { waiting: [], batch: Math.min(batch, fitting), isCompiled: false };
}

function fullest(buckets: ReadonlyMap<string, Bucket>): Bucket {
  return [...buckets.values()].reduce((most, each) =>
    each.waiting.length > most.waiting.length ? each : most
  );
}

/** Shares of the temperature as numbers; their tensors are freed. */
async function readBetas<T>(
  backend: Backend<T>,
  passed: readonly ImageFeatures<T>[],
): Promise<readonly number[]> {
  const betas = passed.map(({ beta }) => beta);
  try {
    const values = await backend.read(betas);
    return values.map((value) => (value as TensorData)[0] as number);
  } catch (error) {
    backend.dispose(passed.map(({ features }) => features));
    throw error;
  } finally {
    backend.dispose(betas);
  }
}
