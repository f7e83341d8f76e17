/**
 * Pictures that are decoded before they are asked for.
 *
 * @module
 */

import { type Picture, pictureKey } from "../data/picture_edit.ts";
import { boundedCache } from "./_bounded_cache.ts";
import { isKeptPicture } from "./_is_kept_picture.ts";
import { paddedTo } from "./_padded_to.ts";
import { right } from "./_result.ts";
import type { DecodingWorker } from "./decoding_worker.ts";
import {
  type ImageLoader,
  imageLoader,
  type ImageLoaderOptions,
  type ImageSize,
  type LoadedImage,
} from "./load_image.ts";

/** Where pictures come from. */
export interface ImageSource {
  /** Reads a picture, or gives the one that is kept or was decoded ahead. */
  readonly load: ImageLoader;
  /** Has pictures that will be asked for decoded in the background. */
  readonly prefetch: (pictures: readonly Picture[]) => void;
  /** `[H, W]` of every picture after padding, where it is known before one is read. */
  readonly padded?: readonly [H: number, W: number];
}

/** Options of {@linkcode imageSource}. */
export interface ImageSourceOptions extends ImageLoaderOptions {
  /** Decodes ahead; without one, pictures are decoded when they are asked for. */
  readonly worker?: DecodingWorker;
}

/** Pictures decoded ahead that nobody took yet. */
const MOST_AHEAD = 64;

/** Bytes that they may take together, if all were as large as the largest so far. */
const BYTES_AHEAD = 2 ** 28;

/** Bytes of a picture of its original size before any is known: one of 5 megapixels. */
const UNKNOWN_BYTES = 2 ** 24;

/**
 * A loader with a Worker beside it: native code that computes on the main
 * thread blocks it, so what is needed next is decoded on another one.
 *
 * The pictures are the same bits either way. Whatever the Worker cannot do,
 * for want of Workers or of a readable file, is done by `load` itself.
 *
 * @param options Size, stride, cache, and the Worker.
 * @returns Loader and prefetch.
 * @throws {OptionError} If the size is not a whole number of at least `stride`.
 *
 * @example
 * ```ts
 * import { deepStrictEqual, equal } from "node:assert/strict";
 * import { mkdtemp, rm } from "node:fs/promises";
 * import { writeProcedural } from "@simsc/core/data";
 * import { imageSource } from "@simsc/core/runs";
 *
 * const folder = await mkdtemp("source-");
 * await writeProcedural(`${folder}/drawn`, {
 *   seed: 0,
 *   categories: ["car"],
 *   imagesPerCategory: { trn: 1, val: 0, test: 0 },
 *   pairsPerCategory: { trn: 0, val: 0, test: 0 },
 *   drawing: { size: 64 },
 * })();
 * const path = `${folder}/drawn/JPEGImages/car/trn_0000.png`;
 * const { load } = imageSource({ size: 32, stride: 16, cacheBytes: 2 ** 20 });
 * const first = await load({ path })();
 * await rm(folder, { recursive: true });
 * const kept = await load({ path })(); // from the cache: the file is gone
 * equal(kept._tag, "Right");
 * deepStrictEqual(kept, first);
 * ```
 */
export function imageSource(options: ImageSourceOptions): ImageSource {
  const { size, stride, cacheBytes = 0, worker } = options;
  const here = imageLoader({ size, stride });
  const kept = boundedCache<LoadedImage>(
    cacheBytes,
    ({ image }) => image.data.length,
  );
  const ahead = new Map<string, Promise<LoadedImage | undefined>>();
  let largest = 0;
  const isFull = (): boolean =>
    ahead.size >= MOST_AHEAD ||
    ahead.size * (largest || expectedBytes(size)) >= BYTES_AHEAD;
  return {
    ...(typeof size === "number" && {
      padded: paddedTo({ width: size, height: size }, stride),
    }),
    load: (picture) => async () => {
      const key = pictureKey(picture);
      const asked = worker?.isReady() ? ahead.get(key) : undefined;
      const found = kept.get(key) ?? await asked;
      ahead.delete(key);
      const loaded = found ? right(found) : await here(picture)();
      if (loaded._tag === "Left") return loaded;
      largest = Math.max(largest, loaded.right.image.data.length);
      if (isKeptPicture(picture)) kept.keep(key, loaded.right);
      return loaded;
    },
    prefetch: (pictures) => {
      for (const picture of pictures) {
        const key = pictureKey(picture);
        if (worker === undefined || isFull()) return;
        if (kept.get(key) === undefined && !ahead.has(key)) {
          ahead.set(key, worker.decode(picture, { size, stride }));
        }
      }
    },
  };
}

/** Bytes that a picture has at most, as far as its size tells. */
function expectedBytes(size: ImageSize): number {
  const side = typeof size === "object" ? size.maxSide : size;
  return side === "original" ? UNKNOWN_BYTES : 3 * side ** 2;
}
