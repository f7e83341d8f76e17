/**
 * A model as one ONNX file.
 *
 * @module
 */

import { OptionError } from "../core/errors.ts";
import { MAX_PIXELS } from "../data/max_pixels.ts";
import { backboneStride } from "../nn/backbone_geometry.ts";
import { hasTemperature } from "./_has_temperature.ts";
import { matchImages, type Size } from "./_match_images.ts";
import type { Model } from "./model.ts";
import { mapLocalizer, type Reading } from "./reading.ts";

/**
 * What the inputs `imageA` and `imageB` hold: RGB from 0 to 255, which the
 * model normalises itself, or numbers that are ImageNet-normalised already.
 */
export type PixelRange = "rgb255" | "normalized";

/** Options of {@linkcode exportModel}: how matches are read, and its shapes. */
export interface ExportModelOptions extends Reading {
  /** `[H, W]` of both images in pixels; a ViT wants whole patches. */
  readonly imageSize: readonly [H: number, W: number];
  /** Points that one run matches, at least 1; a caller with fewer repeats one. */
  readonly queries: number;
  /** Precision of the backbone and its weights; all else is float32. */
  readonly dtype: "float32" | "float16";
  /** What the images hold; `rgb255` by default. */
  readonly pixels?: PixelRange;
  /** Licence of the weights, written into the model. */
  readonly license?: string;
  /** What writes the model, and in which version. */
  readonly producer?: { readonly name: string; readonly version: string };
}

/**
 * Writes a model as one ONNX file that any runtime of the standard runs alone.
 *
 * Inputs, all float32: `imageA` and `imageB` `[1, 3, H, W]`, channels R, G, B;
 * `queries` `[1, K, 2]`, (x, y) in pixels of `imageA`, 0-based, the centre of
 * the first pixel at 0. Outputs: `matches` `[1, K, 2]`, (x, y) in pixels of
 * `imageB`; `confidence` `[1, K]`, probability of the best cell in (0, 1];
 * `temperature` `[1]`, the effective one, βᴬ βᴮ. Sizes that are no multiple of
 * a ResNet's stride are padded right and below, as in evaluation. Coordinates,
 * size, backbone and localiser are in the file's metadata.
 *
 * @param model The model.
 * @param options Shapes, precision and how matches are read.
 * @returns The bytes of an `.onnx` file.
 * @throws {OptionError} If a size or count is out of range, or `betaEval` is
 *   `auto` and the model has no temperature of its own.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { InferenceSession } from "onnxruntime-node";
 * import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
 * import { backboneConfig, exportModel, initModel } from "@simsc/core/runs";
 *
 * const model = initModel(xoroshiro128plus(1), {
 *   backbone: backboneConfig("tiny"),
 *   temperature: { kind: "mlp" },
 *   normalize: true,
 *   coordinates: "simple",
 * });
 * const bytes = await exportModel(model, {
 *   imageSize: [64, 96],
 *   queries: 4,
 *   dtype: "float16",
 *   betaEval: "auto",
 *   sigmaCells: 7,
 * });
 * const { inputNames, outputNames } = await InferenceSession.create(bytes);
 * deepStrictEqual(inputNames, ["imageA", "imageB", "queries"]);
 * deepStrictEqual(outputNames, ["matches", "confidence", "temperature"]);
 * ```
 */
export async function exportModel(
  model: Model,
  options: ExportModelOptions,
): Promise<Uint8Array> {
  const { imageSize, queries, dtype, producer } = options;
  const padded = check(model, options);
  const { exportOnnx } = await import("../backends/onnx/mod.ts");
  return await exportOnnx(
    (backend, inputs) =>
      matchImages(backend, inputs, { model, options, padded }),
    {
      inputs: {
        imageA: [1, 3, ...imageSize],
        imageB: [1, 3, ...imageSize],
        queries: [1, queries, 2],
      },
      halfUpTo: dtype === "float16" ? ["features"] : [],
      description: "SimSC: points of image A matched to image B",
      ...(producer && { producer }),
      metadata: metadataOf(model, options, padded),
    },
  );
}

function check(
  { config, parameters }: Model,
  options: ExportModelOptions,
): Size {
  const fn = "exportModel";
  const { imageSize, queries, dtype, betaEval, pixels = "rgb255" } = options;
  const stride = backboneStride(config.backbone);
  const whole = (x: number) => Number.isInteger(x) && x >= stride;
  if (!imageSize.every(whole)) {
    const wanted = `whole numbers >= ${stride}`;
    throw new OptionError(fn, "imageSize", wanted, imageSize);
  }
  const [h, w] = imageSize.map((x) => Math.ceil(x / stride) * stride) as [
    number,
    number,
  ];
  if (!(h * w > stride ** 2 && h * w <= MAX_PIXELS)) {
    const wanted = `more than a cell of ${stride} x ${stride} pixels, and at ` +
      `most ${MAX_PIXELS} pixels`;
    throw new OptionError(fn, "imageSize", wanted, imageSize);
  }
  if (config.backbone.kind === "vit" && `${imageSize}` !== `${[h, w]}`) {
    const wanted =
      `multiples of the patch of ${config.backbone.name}, ${stride}`;
    throw new OptionError(fn, "imageSize", wanted, imageSize);
  }
  if (!(Number.isInteger(queries) && queries >= 1)) {
    throw new OptionError(fn, "queries", "a whole number >= 1", queries);
  }
  if (dtype !== "float32" && dtype !== "float16") {
    throw new OptionError(fn, "dtype", "float32 or float16", dtype);
  }
  if (pixels !== "rgb255" && pixels !== "normalized") {
    throw new OptionError(fn, "pixels", "rgb255 or normalized", pixels);
  }
  if (betaEval === "auto" && !hasTemperature(config, parameters)) {
    const wanted = "a number, since the weights hold no temperature module";
    throw new OptionError(fn, "betaEval", wanted, betaEval);
  }
  if (betaEval !== "auto" && !(betaEval > 0 && betaEval < Infinity)) {
    throw new OptionError(fn, "betaEval", "auto or a number > 0", betaEval);
  }
  return [h, w];
}

function metadataOf(
  { config: { backbone, coordinates, normalize } }: Model,
  options: ExportModelOptions,
  padded: Size,
): Readonly<Record<string, string>> {
  const { imageSize, queries, dtype, betaEval, license } = options;
  return {
    backbone: backbone.name,
    layers: backbone.outputs.join(","),
    coordinates,
    imageSize: imageSize.join("x"),
    paddedSize: padded.join("x"),
    stride: String(backboneStride(backbone)),
    pixels: options.pixels ?? "rgb255",
    queries: String(queries),
    dtype,
    betaEval: String(betaEval),
    localizer: JSON.stringify(
      mapLocalizer(options) ?? { kind: options.localizer },
    ),
    normalize: String(normalize),
    paper: "arXiv 2305.02385",
    license: license ?? "unknown: that of the weights the model was made of",
  };
}
