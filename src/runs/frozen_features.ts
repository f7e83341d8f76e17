/**
 * Features that training does not change, computed once a picture.
 *
 * @module
 */

import type { Backend, TensorMap } from "../backends/backend.ts";
import type { Result } from "../core/result.ts";
import type { DataError } from "../data/data_error.ts";
import { imageDecoder } from "../data/decode_image.ts";
import { readBytes } from "../data/files.ts";
import { type Picture, pictureKey } from "../data/picture_edit.ts";
import type { NamedTensors } from "../data/safetensors.ts";
import type { BackboneConfig } from "../nn/backbone_config.ts";
import { backboneFeatures } from "../nn/backbone_features.ts";
import { backboneTrunk } from "../nn/backbone_trunk.ts";
import { boundedCache } from "./_bounded_cache.ts";
import {
  type FeatureKey,
  findFeatures,
  keepFeatures,
  withInputs,
} from "./_feature_files.ts";
import { right } from "./_result.ts";
import { prefixed } from "./_tensor_map.ts";
import { digestBytes, digestTensors } from "./digest_tensors.ts";
import type { ImageLoader, ImageSize } from "./load_image.ts";
import { bakedParameters } from "./model.ts";
import {
  type ImagePreparer,
  type PreparedImage,
  preparePixels,
  stackInputs,
} from "./prepared_image.ts";

/** Options of {@linkcode frozenFeatures}. */
export interface FrozenFeaturesOptions {
  /** Network, and what is read from it. */
  readonly backbone: BackboneConfig;
  /** Its parameters: those of the frozen half, or all of them; `temperature.*` is not read. */
  readonly parameters: NamedTensors;
  /**
   * How far a picture goes: `trunk`, to the block that scope `last` trains, or
   * `maps`, to the feature maps.
   */
  readonly upTo: "trunk" | "maps";
  /** Reads the pictures. */
  readonly load: ImageLoader;
  /** Size that it resizes them to. */
  readonly size: ImageSize;
  /** Bytes of features kept in memory, the oldest dropped first; 1 GiB by default. */
  readonly bytes?: number;
  /** Folder that features are kept in across runs; none by default. */
  readonly folder?: string;
}

/** Features kept in memory where nothing else is told. */
const MEMORY_BYTES = 1 << 30;

/** Of everything below that changes numbers. */
const VERSION = 1;

/**
 * Prepares pictures by passing them through frozen layers, each once: what
 * comes out is kept in memory up to a bound, and beyond it and across runs in
 * a folder where one is given.
 *
 * A picture goes alone, so that its features are the same bits whatever it is
 * batched with later. A file in the folder is named by what its content
 * depends on: the bytes of the picture, its decoder and size, the backbone, its
 * parameters, the backend and how it writes models. Any of them may be deleted
 * at any time. Pictures with edits are kept in memory alone.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param options Network, pictures and where features are kept.
 * @returns The preparer; it gives `trunk.*` or `maps`.
 *
 * @example
 * ```ts
 * import { deepStrictEqual, equal } from "node:assert/strict";
 * import * as TE from "fp-ts/TaskEither";
 * import { referenceBackend } from "@simsc/core";
 * import { drawnDefaults, frozenFeatures, initialModel } from "@simsc/core/runs";
 *
 * const model = await initialModel(drawnDefaults)();
 * if (model._tag === "Left") throw new Error(model.left.message);
 * const image = {
 *   width: 32,
 *   height: 32,
 *   data: new Uint8Array(32 * 32 * 3),
 *   decoder: "none",
 * };
 * let reads = 0;
 * const prepare = frozenFeatures(referenceBackend(), {
 *   backbone: model.right.config.backbone,
 *   parameters: model.right.parameters,
 *   upTo: "maps",
 *   size: 32,
 *   load: ({ path }) => {
 *     reads++;
 *     return TE.right({ path, stored: image, image, padded: [32, 32] });
 *   },
 * });
 * await prepare({ path: "black.png" })();
 * const again = await prepare({ path: "black.png" })();
 * equal(reads, 1);
 * if (again._tag === "Left") throw new Error(again.left.message);
 * deepStrictEqual(again.right.inputs["maps"]?.shape, [1, 128, 2, 2]);
 * ```
 */
export function frozenFeatures<T>(
  backend: Backend<T>,
  options: FrozenFeaturesOptions,
): ImagePreparer {
  const { load, bytes = MEMORY_BYTES, folder } = options;
  const parameters = Object.fromEntries(
    Object.entries(options.parameters)
      .filter(([name]) => !name.startsWith("temperature.")),
  );
  const program = extraction(backend, { ...options, parameters });
  const pixels = preparePixels(load);
  const memory = boundedCache<PreparedImage>(bytes, (image) => image.bytes);
  let digest: Promise<string> | undefined;
  const keyOf = async (
    { path, edits = [] }: Picture,
  ): Promise<FeatureKey | undefined> => {
    if (folder === undefined || edits.length > 0) return undefined;
    const content = await readBytes(path)();
    // The loader says what is wrong with the file.
    if (content._tag === "Left") return undefined;
    digest ??= digestTensors(parameters);
    return {
      version: VERSION,
      picture: await digestBytes(content.right),
      decoder: imageDecoder(content.right) ?? "none",
      size: options.size,
      backbone: options.backbone,
      upTo: options.upTo,
      parameters: await digest,
      backend: backend.name,
      // Of the same backend they may differ in their last digits.
      lowering: "lowering" in backend ? backend.lowering : null,
    };
  };
  return (picture) => async () => {
    const name = pictureKey(picture);
    const kept = memory.get(name);
    if (kept) return right(kept);
    const key = await keyOf(picture);
    const found = key && await findFeatures(folder as string, key);
    const made = found ? right(found) : await make(picture, key);
    if (made._tag === "Right") memory.keep(name, made.right);
    return made;
  };

  async function make(
    picture: Picture,
    key: FeatureKey | undefined,
  ): Promise<Result<DataError, PreparedImage>> {
    const prepared = await pixels(picture)();
    if (prepared._tag === "Left") return prepared;
    const tensors = await program(stackInputs([prepared.right]));
    const features = withInputs(prepared.right, tensors);
    if (key === undefined) return right(features);
    const written = await keepFeatures(folder as string, key, features);
    return written._tag === "Left" ? written : right(features);
  }
}

/** The frozen layers from host to host. */
function extraction<T>(
  backend: Backend<T>,
  { backbone, parameters, upTo }: FrozenFeaturesOptions,
): (inputs: NamedTensors) => Promise<NamedTensors> {
  const program = backend.compile(({ images }): TensorMap<T> => {
    const baked = bakedParameters(backend, parameters);
    if (upTo === "maps") {
      return {
        maps: backboneFeatures(backend, baked, images as T, backbone),
      };
    }
    const cut = { config: backbone, scope: "last" } as const;
    const trunk = backboneTrunk(backend, baked, images as T, cut);
    return prefixed(trunk, "trunk.");
  });
  return async ({ images }) => {
    const { data, shape } = images as NamedTensors[string];
    const fed = backend.tensor(data, shape);
    const outputs = await program({ images: fed })
      .finally(() => backend.dispose([fed]));
    const tensors = Object.values(outputs);
    const read = await backend.read(tensors);
    const shapes = tensors.map((tensor) => [...backend.shape(tensor)]);
    backend.dispose(tensors);
    return Object.fromEntries(
      Object.keys(outputs).map((name, i) => [name, {
        shape: shapes[i] as number[],
        data: Float32Array.from(read[i] ?? []),
      }]),
    );
  };
}
