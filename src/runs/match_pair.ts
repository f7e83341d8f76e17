/**
 * Two pictures and some points: where do they lie on the other one?
 *
 * @module
 */

import type { Backend } from "../backends/backend.ts";
import type { DeviceFailedError } from "../backends/errors.ts";
import type { CoordinateRule } from "../core/coordinates.ts";
import type { Point } from "../core/point.ts";
import type { AsyncResult } from "../core/result.ts";
import { type DataError, malformedFile } from "../data/data_error.ts";
import { backboneStride } from "../nn/backbone_geometry.ts";
import { left, right } from "./_result.ts";
import { withDeviceFailures } from "./_with_device_failures.ts";
import { checkImageSize, defaultImageSize } from "./backbone_choice.ts";
import { imageLoader, type ImageSize, type LoadedImage } from "./load_image.ts";
import type { OpenedModel } from "./load_model.ts";
import {
  createMatcher,
  type DescribedImage,
  type MatchedPoint,
} from "./matcher.ts";
import type { Reading } from "./reading.ts";

/** What {@linkcode matchPair} matches. */
export interface MatchPairInputs {
  /** The model. */
  readonly model: OpenedModel;
  /** File of the picture with the points. */
  readonly source: string;
  /** File of the picture that is searched. */
  readonly target: string;
  /** (x, y) in pixels of the source as stored, inside it; at least one. */
  readonly points: readonly Point[];
}

/** Options of {@linkcode matchPair}. */
export interface MatchPairOptions {
  /** How matches are read. */
  readonly reading: Reading;
  /** Size both are resized to; that of the model's run or about 256 by default. */
  readonly size?: ImageSize;
  /** How pixels and cells correspond; the model's own rule by default. */
  readonly coordinates?: CoordinateRule;
}

/** What {@linkcode matchPair} finds. */
export interface PairMatch {
  /** In the order of the points. */
  readonly points: readonly MatchedPoint[];
  /** Effective temperature βᴬ βᴮ. */
  readonly beta: number;
  /** What the result depends on. */
  readonly choices: Required<Pick<MatchPairOptions, "size" | "coordinates">> & {
    /** Name of the backbone. */
    readonly backbone: string;
    /** Blocks or layers that were read. */
    readonly layers: readonly number[];
    /** Whether a ViT's final layer norm was applied. */
    readonly finalNorm?: boolean;
    /** Device it ran on. */
    readonly backend: string;
    /** How matches were read. */
    readonly reading: Reading;
    /** Decoders of source and target. */
    readonly decoders: readonly [source: string, target: string];
  };
  /** Both pictures as the model read them. */
  readonly images: {
    /** With the points. */
    readonly source: LoadedImage;
    /** With the matches. */
    readonly target: LoadedImage;
  };
}

/**
 * Matches points of one picture with another.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param inputs Model, pictures and points.
 * @param options How matches are read.
 * @returns The matches, or which file or point is wrong.
 * @throws {OptionError} If an option lies outside its range, or the reading
 *   wants a temperature that the model does not have.
 *
 * @example
 * ```ts
 * import { ok } from "node:assert/strict";
 * import { mkdtemp, rm } from "node:fs/promises";
 * import { writeProcedural } from "@simsc/core/data";
 * import {
 *   createBackend,
 *   drawnDefaults,
 *   initialModel,
 *   matchPair,
 * } from "@simsc/core/runs";
 *
 * const folder = await mkdtemp("match-");
 * await writeProcedural(`${folder}/drawn`, {
 *   seed: 0,
 *   categories: ["car"],
 *   imagesPerCategory: { trn: 1, val: 0, test: 0 },
 *   pairsPerCategory: { trn: 0, val: 0, test: 0 },
 *   drawing: { size: 64, aspect: [1, 1] },
 * })();
 * const picture = `${folder}/drawn/JPEGImages/car/trn_0000.png`;
 * const model = await initialModel(drawnDefaults)();
 * if (model._tag === "Left") throw new Error(model.left.message);
 * const created = await createBackend("auto")();
 * if (created._tag === "Left") throw created.left;
 * const backend = created.right;
 * const found = await matchPair(backend, {
 *   model: model.right,
 *   source: picture,
 *   target: picture,
 *   points: [[16, 32]],
 * }, {
 *   size: 64,
 *   reading: { betaEval: 0.02, localizer: "nearestNeighbor", sigmaCells: 7 },
 * })();
 * if (found._tag === "Left") throw new Error(found.left.message);
 * const [{ match: [x, y] } = { match: [0, 0] }] = found.right.points;
 * ok(Math.hypot(x - 16, y - 32) < 1, `${[x, y]}`); // where it is on itself
 * await backend.close();
 * await rm(folder, { recursive: true });
 * ```
 */
export function matchPair<T>(
  backend: Backend<T>,
  { model, source, target, points }: MatchPairInputs,
  options: MatchPairOptions,
): AsyncResult<DataError | DeviceFailedError, PairMatch> {
  const { backbone } = model.config;
  const coordinates = options.coordinates ?? model.config.coordinates;
  const stride = backboneStride(backbone);
  const size = options.size ?? model.training?.size ??
    defaultImageSize(backbone);
  return withDeviceFailures(async () => {
    const checked = checkImageSize(backbone, size, "options");
    if (checked._tag === "Left") return checked;
    const load = imageLoader({ size, stride });
    const a = await load({ path: source })();
    if (a._tag === "Left") return a;
    const b = await load({ path: target })();
    if (b._tag === "Left") return b;
    const images = { source: a.right, target: b.right };
    const { width, height } = images.source.stored;
    const outside = points.find(([x, y]) =>
      !(x >= -0.5 && x <= width + 0.5 && y >= -0.5 && y <= height + 0.5)
    );
    if (points.length === 0 || outside) {
      const wanted = outside
        ? `inside ${width} x ${height} pixels`
        : "at least one";
      const got = outside ? `[${outside}]` : "none";
      return left(malformedFile(source, "points", wanted, got));
    }
    const matcher = createMatcher(backend, { model, coordinates });
    const described: DescribedImage<T>[] = [];
    const found = await (async () => {
      for (const image of [images.source, images.target]) {
        described.push(await matcher.describe(image));
      }
      const [source, target] = described as [
        DescribedImage<T>,
        DescribedImage<T>,
      ];
      return await matcher.match({ source, target, points }, options.reading);
    })().finally(() =>
      backend.dispose(described.map(({ features }) => features))
    );
    return right({
      points: found.points,
      beta: found.beta,
      choices: {
        backbone: backbone.name,
        layers: backbone.outputs,
        ...(backbone.kind === "vit" && { finalNorm: backbone.norm }),
        backend: backend.name,
        size,
        coordinates,
        reading: options.reading,
        decoders: [images.source.image.decoder, images.target.image.decoder],
      },
      images,
    });
  });
}
