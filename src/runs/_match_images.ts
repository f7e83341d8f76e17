import type { Backend } from "../backends/backend.ts";
import type { CoordinateOptions } from "../core/coordinates.ts";
import { matchMaps } from "../core/match_maps.ts";
import { softmaxMap } from "../core/softmax_map.ts";
import { partialTemperature } from "../core/temperature.ts";
import { IMAGENET_MEAN, IMAGENET_STD } from "../data/normalize_image.ts";
import { backboneFeatures } from "../nn/backbone_features.ts";
import { cellMap, linearMap } from "./_linear_cells.ts";
import { matchQueries } from "./_match_queries.ts";
import type { ExportModelOptions, PixelRange } from "./export_model.ts";
import { bakedParameters, type Model, modelTemperature } from "./model.ts";
import { mapLocalizer } from "./reading.ts";

/** `[H, W]` in pixels. */
export type Size = readonly [H: number, W: number];

/** What {@linkcode matchImages} needs beside its inputs. */
export interface MatchImagesContext {
  /** The model. */
  readonly model: Model;
  /** How matches are read. */
  readonly options: ExportModelOptions;
  /** Size after padding. */
  readonly padded: Size;
}

/** Pixels of two images and queries to matches: everything a model does, as one program. */
export function matchImages<T>(
  backend: Backend<T>,
  inputs: Readonly<Record<string, T>>,
  { model: { config, parameters }, options, padded }: MatchImagesContext,
): Readonly<Record<string, T>> {
  const { imageA, imageB, queries } = inputs as Readonly<
    Record<"imageA" | "imageB" | "queries", T>
  >;
  const weights = bakedParameters(backend, parameters);
  const images = normalized(backend, backend.concat([imageA, imageB], 0), {
    pixels: options.pixels ?? "rgb255",
    padded,
  });
  const features = backboneFeatures(backend, weights, images, config.backbone);
  const [, channels, h, w] = backend.shape(features) as [
    number,
    number,
    number,
    number,
  ];
  const one = (i: number): T =>
    backend.slice(features, [i, 0, 0, 0], [1, channels, h, w]);
  const geometry: CoordinateOptions = {
    rule: config.coordinates,
    imageSize: padded,
    grid: [h, w],
  };
  const pair = {
    featuresA: one(0),
    featuresB: one(1),
    queries: linearMap(backend, queries, cellMap(geometry, "toCells")),
  };
  const { normalize } = config;
  const maps = matchMaps(backend, pair, { normalize });
  const beta = effectiveBeta(backend, pair, {
    config,
    weights,
    betaEval: options.betaEval,
  });
  const cells = matchQueries(backend, { ...pair, maps }, {
    normalize,
    localizer: mapLocalizer(options),
    beta,
  });
  const best = backend.max(softmaxMap(backend, maps, { beta }), [2, 3]);
  return {
    matches: linearMap(backend, cells, cellMap(geometry, "toPixels")),
    confidence: backend.reshape(best, [1, options.queries]),
    temperature: beta,
    ...(options.dtype === "float16" && { features }),
  };
}

/** ImageNet-normalised images, padded right and below. */
function normalized<T>(
  backend: Backend<T>,
  images: T,
  { pixels, padded }: { readonly pixels: PixelRange; readonly padded: Size },
): T {
  const [, , h, w] = backend.shape(images) as [number, number, number, number];
  const table = (values: readonly number[]): T =>
    backend.constant(values.map((x) => x * 255), [1, 3, 1, 1]);
  const standard = pixels === "normalized" ? images : backend.div(
    backend.sub(images, table(IMAGENET_MEAN)),
    table(IMAGENET_STD),
  );
  return backend.pad(standard, [
    [0, 0],
    [0, 0],
    [0, padded[0] - h],
    [0, padded[1] - w],
  ]);
}

/** βᴬ βᴮ, `[1]`. */
function effectiveBeta<T>(
  backend: Backend<T>,
  { featuresA, featuresB }: { readonly featuresA: T; readonly featuresB: T },
  { config, weights, betaEval }: {
    readonly config: Model["config"];
    readonly weights: Readonly<Record<string, T>>;
    readonly betaEval: "auto" | number;
  },
): T {
  if (betaEval !== "auto") return backend.constant([betaEval], [1]);
  const temperature = modelTemperature(config.temperature, weights);
  const [a, b] = [featuresA, featuresB].map((features) =>
    partialTemperature(backend, features, temperature)
  );
  const product = typeof a === "number" && typeof b === "number"
    ? backend.constant([a * b], [])
    : backend.mul(a!, b!);
  return backend.reshape(product, [1]);
}
