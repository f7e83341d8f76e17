import type { Backend, TensorData } from "../backends/backend.ts";
import { matchMaps } from "../core/match_maps.ts";
import type { Point } from "../core/point.ts";
import { softmaxMap } from "../core/softmax_map.ts";
import { imageBatch, type LoadedImage } from "./load_image.ts";
import type { ImageFeatures, Predictor } from "./predictor.ts";
import type { Reading } from "./reading.ts";

/** What {@linkcode matchCells} matches. */
export interface MatchCellsInputs<T> {
  /** The model; its first reading counts. */
  readonly predictor: Predictor<T>;
  /** The picture with the points, and that which is searched. */
  readonly images: Readonly<Record<"source" | "target", LoadedImage>>;
  /** (x, y) in cells of the source, at least one. */
  readonly cells: readonly Point[];
  /** Whether features are normalised before they are compared. */
  readonly normalize: boolean;
}

/** What {@linkcode matchCells} finds, in the order of the cells. */
export interface MatchedCells {
  /** (x, y) in cells of the target. */
  readonly cells: readonly Point[];
  /** Effective temperature. */
  readonly beta: number;
  /** Largest score of the target's cells. */
  readonly similarity: TensorData;
  /** Probability of that cell. */
  readonly confidence: TensorData;
}

/** Finds points of one picture on another, and how sure each match is. */
export async function matchCells<T>(
  backend: Backend<T>,
  { predictor, images, cells, normalize }: MatchCellsInputs<T>,
): Promise<MatchedCells> {
  const owned: T[] = [];
  const own = (...tensors: readonly T[]): void => void owned.push(...tensors);
  const extract = async (image: LoadedImage): Promise<ImageFeatures<T>> => {
    const pixels = backend.tensor(imageBatch([image]), [1, 3, ...image.padded]);
    const [features] = await predictor.extract(pixels)
      .finally(() => backend.dispose([pixels]));
    const { features: map, beta } = features as ImageFeatures<T>;
    own(map, beta);
    return { features: map, beta };
  };
  try {
    const source = await extract(images.source);
    const target = await extract(images.target);
    const queries = backend.tensor(cells.flat(), [1, cells.length, 2]);
    own(queries);
    const matches = await predictor.locate({ source, target, queries });
    own(matches);
    const { betaEval } = predictor.readings[0] as Reading;
    const [beta, similarity, confidence] = backend.tidy(() => {
      const effective = betaEval === "auto"
        ? backend.mul(source.beta, target.beta)
        : backend.tensor([betaEval], [1]);
      const maps = matchMaps(backend, {
        featuresA: source.features,
        featuresB: target.features,
        queries,
      }, { normalize });
      const highest = (x: T): T => backend.max(x, [2, 3]);
      return [
        effective,
        highest(maps),
        highest(softmaxMap(backend, maps, { beta: effective })),
      ];
    }) as readonly [T, T, T];
    own(beta, similarity, confidence);
    const values = await backend.read([matches, beta, similarity, confidence]);
    const [points, betas, scores, peaks] = values as unknown as readonly [
      TensorData,
      TensorData,
      TensorData,
      TensorData,
    ];
    return {
      cells: cells.map((_, k): Point => [
        points[2 * k] as number,
        points[2 * k + 1] as number,
      ]),
      beta: betas[0] as number,
      similarity: scores,
      confidence: peaks,
    };
  } finally {
    backend.dispose(owned);
  }
}
