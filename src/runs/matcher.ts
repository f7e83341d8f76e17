/**
 * Matching of pictures that stay: features once, matches as often as wanted.
 *
 * @module
 */

import type {
  Backend,
  CompiledProgram,
  TensorData,
} from "../backends/backend.ts";
import type { Grid } from "../core/bilinear_weights.ts";
import type { CoordinateRule } from "../core/coordinates.ts";
import type { Point } from "../core/point.ts";
import { scaleKeypoints } from "../data/scale_keypoints.ts";
import { backboneStride } from "../nn/backbone_geometry.ts";
import { effectiveBeta } from "./_effective_beta.ts";
import { hasTemperature } from "./_has_temperature.ts";
import {
  cellsToResized,
  type PictureSizes,
  storedToCells,
} from "./_pixel_cells.ts";
import { scoreProgram } from "./_score_program.ts";
import { imageBatch, type LoadedImage } from "./load_image.ts";
import type { Model } from "./model.ts";
import { createPredictor, type ImageFeatures } from "./predictor.ts";
import { mapLocalizer, type Reading } from "./reading.ts";

/** Options of {@linkcode createMatcher}. */
export interface MatcherOptions {
  /** The model. */
  readonly model: Model;
  /** How pixels and cells correspond; the model's own rule by default. */
  readonly coordinates?: CoordinateRule;
}

/** A picture and what a match needs to know of it. */
export interface DescribedImage<T> {
  /** The picture. */
  readonly image: LoadedImage;
  /** `[1, C, h, w]`, not normalised; its owner disposes of it. */
  readonly features: T;
  /** Its share of the model's temperature; none where the model has none. */
  readonly beta?: number;
}

/** Where one point was found. */
export interface MatchedPoint {
  /** The point, in pixels of the source as stored. */
  readonly query: Point;
  /** Its match, in pixels of the target as stored; may lie a little outside. */
  readonly match: Point;
  /** Largest score of the target's cells: a cosine where features are normalised. */
  readonly similarity: number;
  /** Probability of that cell, `max_m φ(M / β)[m]`: 1 where no other comes near. */
  readonly confidence: number;
}

/** Scores of one point on all cells of the target. */
export interface ScoreMap {
  /** `M[m]`, row-major over the grid. */
  readonly scores: TensorData;
  /** `[h, w]` in cells. */
  readonly grid: Grid;
  /**
   * What the cells cover, in pixels of the target as stored: the first cell is
   * in the middle of the first of `w` by `h` equal parts. May reach outside.
   */
  readonly area: readonly [
    left: number,
    top: number,
    right: number,
    bottom: number,
  ];
}

/** Two pictures and points of one of them. */
export interface MatcherInputs<T> {
  /** The picture with the points. */
  readonly source: DescribedImage<T>;
  /** The picture that is searched. */
  readonly target: DescribedImage<T>;
  /** (x, y) in pixels of the source as stored, inside it; at least one. */
  readonly points: readonly Point[];
}

/** What {@linkcode Matcher.match} finds, in the order of the points. */
export interface MatcherResult {
  /** The matches. */
  readonly points: readonly MatchedPoint[];
  /** What they were read from. */
  readonly maps: readonly ScoreMap[];
  /** Effective temperature βᴬ βᴮ. */
  readonly beta: number;
}

/** A model that matches pictures it has seen. */
export interface Matcher<T> {
  /** Features of a picture; to be done once, and kept as long as it is matched. */
  readonly describe: (image: LoadedImage) => Promise<DescribedImage<T>>;
  /** Matches of points; any reading goes with the same features. */
  readonly match: (
    inputs: MatcherInputs<T>,
    reading: Reading,
  ) => Promise<MatcherResult>;
}

/**
 * Compiles a model for pictures that are matched again and again, as points
 * move or readings change. {@linkcode matchPair} does both halves at once.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param options The model.
 * @returns Functions that run it. `match` throws an {@linkcode OptionError} if
 *   the reading lies outside its range, or wants a temperature that the model
 *   does not have.
 *
 * @example
 * ```ts
 * import { deepStrictEqual, equal } from "node:assert/strict";
 * import { referenceBackend } from "@simsc/core";
 * import {
 *   createMatcher,
 *   drawnDefaults,
 *   fitImage,
 *   initialModel,
 * } from "@simsc/core/runs";
 *
 * const model = await initialModel(drawnDefaults)();
 * if (model._tag === "Left") throw new Error(model.left.message);
 * const data = Uint8Array.from({ length: 3 * 32 * 32 }, (_, i) => i * i % 251);
 * const picture = { width: 32, height: 32, data, decoder: "none" };
 *
 * const backend = referenceBackend();
 * const { describe, match } = createMatcher(backend, { model: model.right });
 * const image = await describe(
 *   fitImage(picture, { path: "noise", size: "original", stride: 16 }),
 * );
 * const pair = { source: image, target: image, points: [[16, 0]] } as const;
 * for (const localizer of ["nearestNeighbor", "kernelSoftArgmax"] as const) {
 *   const reading = { betaEval: 0.001, localizer, sigmaCells: 7 };
 *   const { points: [point], maps: [map] } = await match(pair, reading);
 *   deepStrictEqual(point?.match.map(Math.round), [16, 0]); // where it is
 *   deepStrictEqual(map?.grid, [2, 2]); // cells
 * }
 * backend.dispose([image.features]);
 * equal(backend.memory().tensors, 0);
 * ```
 */
export function createMatcher<T>(
  backend: Backend<T>,
  { model: { config, parameters }, coordinates }: MatcherOptions,
): Matcher<T> {
  const { normalize } = config;
  const rule = {
    rule: coordinates ?? config.coordinates,
    stride: backboneStride(config.backbone),
  };
  const hasBeta = hasTemperature(config, parameters);
  const predictor = createPredictor(backend, {
    config,
    baked: parameters,
    betaEval: hasBeta ? "auto" : 1,
    sigmaCells: 1,
  });
  const programs = new Map<string, CompiledProgram<T>>();
  const programOf = (reading: Reading): CompiledProgram<T> => {
    const localizer = mapLocalizer(reading);
    const key = JSON.stringify(localizer ?? "four maps");
    const compiled = programs.get(key) ??
      scoreProgram(backend, { normalize, localizer });
    programs.set(key, compiled);
    return compiled;
  };
  return {
    describe: async (image) => {
      const pixels = backend.tensor(imageBatch([image]), [
        1,
        3,
        ...image.padded,
      ]);
      const [extracted] = await predictor.extract(pixels)
        .finally(() => backend.dispose([pixels]));
      const { features, beta } = extracted as ImageFeatures<T>;
      const [[share] = []] = await backend.read([beta])
        .finally(() => backend.dispose([beta]));
      return {
        image,
        features,
        ...(hasBeta && share !== undefined && { beta: share }),
      };
    },
    match: async ({ source, target, points }, reading) => {
      const beta = effectiveBeta(reading, [source, target]);
      const program = programOf(reading);
      const cells = storedToCells(points, sizesOf(source.image), rule);
      const inputs = {
        beta: backend.tensor([beta], [1]),
        queries: backend.tensor(cells.flat(), [1, points.length, 2]),
      };
      const found = await program({
        ...inputs,
        a: source.features,
        b: target.features,
      }).finally(() => backend.dispose(Object.values(inputs)));
      const { matches, maps, similarity, confidence } = found as Readonly<
        Record<"matches" | "maps" | "similarity" | "confidence", T>
      >;
      const [, , h = 0, w = 0] = backend.shape(maps);
      const outputs = [matches, maps, similarity, confidence];
      const [places, scores, best, peaks] = await backend.read(outputs)
        .finally(() => backend.dispose(outputs)) as FourOf<TensorData>;
      const toStored = (cells: readonly Point[]): readonly Point[] =>
        scaleKeypoints(
          cellsToResized(cells, sizesOf(target.image), rule),
          { from: target.image.image, to: target.image.stored },
        );
      const matched = toStored(
        points.map((_, k) => [
          places[2 * k] as number,
          places[2 * k + 1] as number,
        ]),
      );
      const [from, to] = toStored([[-0.5, -0.5], [w - 0.5, h - 0.5]]);
      const area = [...from as Point, ...to as Point] as const;
      return {
        points: points.map((query, k) => ({
          query,
          match: matched[k] as Point,
          similarity: best[k] as number,
          confidence: peaks[k] as number,
        })),
        maps: points.map((_, k) => ({
          scores: scores.slice(k * h * w, (k + 1) * h * w),
          grid: [h, w],
          area,
        })),
        beta,
      };
    },
  };
}

type FourOf<A> = readonly [A, A, A, A];

function sizesOf({ stored, image, padded }: LoadedImage): PictureSizes {
  return { stored, resized: image, padded };
}
