import type { Backend, TensorData } from "../../backends/backend.ts";
import { gaussianTarget } from "../../core/gaussian_target.ts";
import { matchMaps } from "../../core/match_maps.ts";
import type { Point } from "../../core/point.ts";
import type { AsyncResult } from "../../core/result.ts";
import { softmaxMap } from "../../core/softmax_map.ts";
import type { ImagePair } from "../../data/image_pair.ts";
import { readPairs } from "../../data/read_pairs.ts";
import { backboneStride } from "../../nn/backbone_geometry.ts";
import { storedToCells } from "../_pixel_cells.ts";
import { right } from "../_result.ts";
import { type Aborted, aborted } from "../aborted.ts";
import { imageBatch, imageLoader, type LoadedImage } from "../load_image.ts";
import type { Model } from "../model.ts";
import {
  createPredictor,
  type ImageFeatures,
  type Predictor,
} from "../predictor.ts";
import type { RunError } from "../run_error.ts";
import { pictureOf, spreadOver } from "./_pairs.ts";
import type { PairMaps } from "./pair_maps.ts";
import type { StudyRun, TestSet } from "./study.ts";

/** A model, and the pairs its maps are read of. */
export interface ReadMapsTask {
  /** The run. */
  readonly run: StudyRun;
  /** Its model, read when it is needed. */
  readonly model: AsyncResult<RunError, Model>;
  /** Pairs. */
  readonly test: TestSet;
  /** How many of them, spread over the set. */
  readonly count: number;
}

/** Maps of the first keypoint of some pairs. */
export function readMaps<T>(
  backend: Backend<T>,
  { run, model, test, count }: ReadMapsTask,
  options: { readonly signal?: AbortSignal },
): AsyncResult<RunError | Aborted, readonly PairMaps[]> {
  return async () => {
    const opened = await model();
    if (opened._tag === "Left") return opened;
    const set = await readPairs(test.data, test)();
    if (set._tag === "Left") return set;
    const { config, parameters } = opened.right;
    const predictor = createPredictor(backend, {
      config,
      baked: parameters,
      betaEval: "auto",
      sigmaCells: run.config.sigmaCells,
    });
    const stride = backboneStride(config.backbone);
    const load = imageLoader({ size: run.config.size, stride });
    const maps: PairMaps[] = [];
    for (const pair of spreadOver(set.right.pairs, count)) {
      if (options.signal?.aborted) return aborted("the study");
      const source = await load(pair.source)();
      if (source._tag === "Left") return source;
      const target = await load(pair.target)();
      if (target._tag === "Left") return target;
      const sides = { source: source.right, target: target.right };
      maps.push(
        await mapsOf(backend, {
          run,
          predictor,
          pair,
          stride,
          ...sides,
        }),
      );
    }
    return right(maps);
  };
}

async function mapsOf<T>(
  backend: Backend<T>,
  { run, predictor, pair, stride, source, target }: {
    readonly run: StudyRun;
    readonly predictor: Predictor<T>;
    readonly pair: ImagePair;
    readonly stride: number;
    readonly source: LoadedImage;
    readonly target: LoadedImage;
  },
): Promise<PairMaps> {
  const { coordinates, ns, nk } = run.config;
  const query = pair.source.keypoints[0] as Point;
  const truth = pair.target.keypoints[0] as Point;
  const cells = (point: Point, loaded: LoadedImage): Point =>
    storedToCells([point], { ...loaded, resized: loaded.image }, {
      rule: coordinates,
      stride,
    })[0] as Point;
  const a = await featuresOf(backend, predictor, source);
  const b = await featuresOf(backend, predictor, target);
  const grid = [target.padded[0] / stride, target.padded[1] / stride] as const;
  const tensors = backend.tidy(() => {
    const queries = backend.tensor(cells(query, source), [1, 1, 2]);
    const points = backend.tensor(cells(truth, target), [1, 1, 2]);
    const inputs = { featuresA: a.features, featuresB: b.features, queries };
    const plain = matchMaps(backend, inputs, { normalize: false });
    const normalized = matchMaps(backend, inputs);
    const beta = backend.mul(a.beta, b.beta);
    const smooth = softmaxMap(backend, normalized, { beta: 1 });
    const sharp = softmaxMap(backend, normalized, { beta });
    const truthMap = gaussianTarget(backend, points, { grid, ns, nk });
    return [beta, plain, normalized, smooth, sharp, truthMap];
  });
  const values = await backend.read(tensors);
  backend.dispose([...tensors, a.features, a.beta, b.features, b.beta]);
  const [beta, ...maps] = values.map((data) => [...data as TensorData]);
  const [plain, normalized, smooth, sharp, truthMap] = maps;
  return {
    id: pair.id,
    category: pair.category,
    source: pictureOf(pair.source),
    target: pictureOf(pair.target),
    query: share(query, source),
    truth: share(truth, target),
    beta: beta?.[0] ?? NaN,
    grid,
    plain: plain ?? [],
    normalized: normalized ?? [],
    smooth: smooth ?? [],
    sharp: sharp ?? [],
    truthMap: truthMap ?? [],
  };
}

async function featuresOf<T>(
  backend: Backend<T>,
  predictor: Predictor<T>,
  loaded: LoadedImage,
): Promise<ImageFeatures<T>> {
  const pixels = backend.tensor(imageBatch([loaded]), [1, 3, ...loaded.padded]);
  const [features] = await predictor.extract(pixels)
    .finally(() => backend.dispose([pixels]));
  return features as ImageFeatures<T>;
}

/** The centre of a pixel as a share of the picture's width and height. */
function share([x, y]: Point, { stored }: LoadedImage): Point {
  return [(x + 0.5) / stored.width, (y + 0.5) / stored.height];
}
