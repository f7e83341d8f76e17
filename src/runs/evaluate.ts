/**
 * PCK of a model on annotated pairs.
 *
 * @module
 */

import type { Backend, TensorData, TensorMap } from "../backends/backend.ts";
import { toCells, toPixels } from "../core/coordinates.ts";
import type { Grid } from "../core/bilinear_weights.ts";
import {
  pck,
  type PckResult,
  type PckSpace,
  type PckThreshold,
} from "../core/pck.ts";
import type { Box, Point } from "../core/point.ts";
import type { AsyncResult, Result } from "../core/result.ts";
import { checkKeypoints } from "../data/check_pair.ts";
import { type DataError, malformedFile } from "../data/data_error.ts";
import type { AnnotatedImage, ImagePair } from "../data/image_pair.ts";
import { type PixelSize, scaleKeypoints } from "../data/scale_keypoints.ts";
import { type Aborted, aborted } from "./aborted.ts";
import type { ProgressEvent } from "./format_progress.ts";
import {
  imageBatch,
  type ImageLoader,
  type LoadedImage,
} from "./load_image.ts";
import { type ModelConfig, STRIDE } from "./model.ts";
import type { ImageFeatures, Predictor } from "./predictor.ts";

/** What {@linkcode evaluate} runs on. */
export interface EvaluationInputs<T> {
  /** What the model is. */
  readonly config: ModelConfig;
  /** The model at work. */
  readonly predictor: Predictor<T>;
  /** Its parameters, where the predictor has none baked in. */
  readonly parameters?: TensorMap<T>;
  /** Annotated pairs. */
  readonly pairs: readonly ImagePair[];
  /** Reads their pictures. */
  readonly load: ImageLoader;
}

/** Options of {@linkcode evaluate}; those that change numbers have no default. */
export interface EvaluationOptions {
  /** Which length scales the threshold. */
  readonly threshold: PckThreshold;
  /** Pixels that errors and θ are measured in: of the resized or of the stored picture. */
  readonly space: PckSpace;
  /** Fractions of θ. */
  readonly alphas: readonly number[];
  /** Pictures of one size per forward pass; 1 by default. */
  readonly batch?: number;
  /** Stops between two passes. */
  readonly signal?: AbortSignal;
  /** Hears of every pair. */
  readonly onProgress?: (event: ProgressEvent) => void;
}

/** One pair, evaluated. */
export interface PairOutcome {
  /** The pair. */
  readonly pair: ImagePair;
  /** Predicted (x, y) in pixels of the stored target picture. */
  readonly predicted: readonly Point[];
  /** Which were right, and how many. */
  readonly pck: PckResult;
  /** Effective temperature βᴬ βᴮ. */
  readonly beta: number;
}

/** Every pair, evaluated. */
export interface EvaluationOutcome {
  /** In the order of the pairs. */
  readonly pairs: readonly PairOutcome[];
  /** Decoders that read the pictures. */
  readonly decoders: readonly string[];
  /** Distinct pictures, each passed through the backbone once. */
  readonly images: number;
}

/**
 * Matches the keypoints of every pair and counts the right ones.
 *
 * Each distinct picture goes through the backbone once; its features stay in
 * memory until the end.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param inputs Model, pairs and pictures.
 * @param options Threshold, space and α.
 * @returns The outcome of every pair, or the first file that is wrong.
 */
export function evaluate<T>(
  backend: Backend<T>,
  inputs: EvaluationInputs<T>,
  options: EvaluationOptions,
): AsyncResult<DataError | Aborted, EvaluationOutcome> {
  return async () => {
    const images = new Map<string, Extracted<T>>();
    try {
      const extracted = await extractAll(backend, inputs, options, images);
      if (extracted._tag === "Left") return extracted;
      const pairs: PairOutcome[] = [];
      const capacity = inputs.pairs.reduce(
        (most, { source }) => Math.max(most, source.keypoints.length),
        0,
      );
      for (const pair of inputs.pairs) {
        if (options.signal?.aborted) return aborted("evaluation");
        const source = images.get(pair.source.path) as Extracted<T>;
        const target = images.get(pair.target.path) as Extracted<T>;
        const checked = checkKeypoints(pair, {
          source: sizeOf(source.stored),
          target: sizeOf(target.stored),
        });
        if (checked._tag === "Left") return checked;
        const reference = checkReference(pair, options.threshold);
        if (reference._tag === "Left") return reference;
        pairs.push(
          await evaluatePair(backend, { ...inputs, pair, source, target }, {
            ...options,
            capacity,
          }),
        );
        options.onProgress?.({
          kind: "count",
          label: "matching pairs",
          done: pairs.length,
          total: inputs.pairs.length,
        });
      }
      const decoders = [...new Set([...images.values()].map((i) => i.decoder))];
      return {
        _tag: "Right",
        right: { pairs, decoders, images: images.size },
      };
    } finally {
      backend.dispose(
        [...images.values()].flatMap(({ features, beta }) => [features, beta]),
      );
    }
  };
}

/** Features of a picture and how its pixels map. */
interface Extracted<T> extends ImageFeatures<T> {
  readonly stored: PixelSize;
  readonly resized: PixelSize;
  readonly padded: readonly [H: number, W: number];
  readonly decoder: string;
}

async function extractAll<T>(
  backend: Backend<T>,
  { predictor, parameters, pairs, load }: EvaluationInputs<T>,
  { batch = 1, signal, onProgress }: EvaluationOptions,
  images: Map<string, Extracted<T>>,
): Promise<Result<DataError | Aborted, void>> {
  const paths = new Set(
    pairs.flatMap(({ source, target }) => [source.path, target.path]),
  );
  let waiting: LoadedImage[] = [];
  const flush = async (): Promise<void> => {
    if (waiting.length === 0) return;
    const [h, w] = (waiting[0] as LoadedImage).padded;
    const shape = [waiting.length, 3, h, w];
    const pixels = backend.tensor(imageBatch(waiting), shape);
    const features = await predictor.extract(pixels, parameters)
      .finally(() => backend.dispose([pixels]));
    waiting.forEach(({ path, stored, image, padded }, i) => {
      const { width, height, decoder } = image;
      images.set(path, {
        ...features[i] as ImageFeatures<T>,
        stored,
        resized: { width, height },
        padded,
        decoder,
      });
    });
    waiting = [];
    onProgress?.({
      kind: "count",
      label: "reading images",
      done: images.size,
      total: paths.size,
    });
  };
  for (const path of paths) {
    if (signal?.aborted) return aborted("evaluation");
    const loaded = await load(path)();
    if (loaded._tag === "Left") return loaded;
    const [first] = waiting;
    if (first && first.padded.join() !== loaded.right.padded.join()) {
      await flush();
    }
    waiting.push(loaded.right);
    if (waiting.length >= batch) await flush();
  }
  await flush();
  return { _tag: "Right", right: undefined };
}

async function evaluatePair<T>(
  backend: Backend<T>,
  { config, predictor, pair, source, target }: EvaluationInputs<T> & {
    readonly pair: ImagePair;
    readonly source: Extracted<T>;
    readonly target: Extracted<T>;
  },
  options: EvaluationOptions & { readonly capacity: number },
): Promise<PairOutcome> {
  const { keypoints } = pair.source;
  const cells = toCells(
    scaleKeypoints(keypoints, { from: source.stored, to: source.resized }),
    coordinates(config, source.padded),
  );
  // One capacity for all pairs, so that one compiled program serves them.
  const padded = new Float32Array(options.capacity * 2);
  padded.set(cells.flat());
  const queries = backend.tensor(padded, [1, options.capacity, 2]);
  const matches = await predictor.locate({ source, target, queries })
    .finally(() => backend.dispose([queries]));
  const [points, betaA, betaB] = await backend.read([
    matches,
    source.beta,
    target.beta,
  ]) as unknown as readonly [TensorData, TensorData, TensorData];
  backend.dispose([matches]);
  const found = keypoints.map((_, k): Point => [
    points[2 * k] as number,
    points[2 * k + 1] as number,
  ]);
  const resized = toPixels(found, coordinates(config, target.padded));
  const predicted = scaleKeypoints(resized, {
    from: target.resized,
    to: target.stored,
  });
  return {
    pair,
    predicted,
    pck: measure(pair.target, { predicted, resized }, target, options),
    beta: (betaA[0] as number) * (betaB[0] as number),
  };
}

/** Whether the length that θ is taken from is there and not 0. */
function checkReference(
  { id, target }: ImagePair,
  threshold: PckThreshold,
): Result<DataError, void> {
  const { path, keypoints, box } = target;
  const refuse = (field: string, wanted: string, got: string) => ({
    _tag: "Left",
    left: malformedFile(path, `${field} of pair ${id}`, wanted, got),
  } as const);
  if (threshold === "bbox" && box === undefined) {
    return refuse("box", "there for the threshold bbox", "none");
  }
  const [x, y] = keypoints[0] as Point;
  if (threshold === "kps" && keypoints.every((p) => p[0] === x && p[1] === y)) {
    const wanted = "at two places at least for the threshold kps";
    return refuse("keypoints", wanted, `only [${x}, ${y}]`);
  }
  return { _tag: "Right", right: undefined };
}

function measure(
  { keypoints, box }: AnnotatedImage,
  points: {
    readonly predicted: readonly Point[];
    readonly resized: readonly Point[];
  },
  { stored, resized }: {
    readonly stored: PixelSize;
    readonly resized: PixelSize;
  },
  { threshold, space, alphas }: EvaluationOptions,
): PckResult {
  const to = space === "original" ? stored : resized;
  const scale = (list: readonly Point[]): readonly Point[] =>
    scaleKeypoints(list, { from: stored, to });
  const corners = box && scale([[box[0], box[1]], [box[2], box[3]]]);
  return pck({
    predicted: space === "original" ? points.predicted : points.resized,
    truth: scale(keypoints),
  }, {
    threshold,
    space,
    alphas,
    imageSize: sizeOf(to),
    ...(corners && { box: corners.flat() as unknown as Box }),
  });
}

function coordinates(
  { coordinates: rule }: ModelConfig,
  padded: readonly [number, number],
): Parameters<typeof toCells>[1] {
  const grid: Grid = [padded[0] / STRIDE, padded[1] / STRIDE];
  return { rule, imageSize: padded, grid };
}

function sizeOf({ width, height }: PixelSize): readonly [number, number] {
  return [height, width];
}
