/**
 * Pictures that are decoded before they are asked for.
 *
 * @module
 */

import { type Picture, pictureKey } from "../data/picture_edit.ts";
import { boundedCache } from "./_bounded_cache.ts";
import type { DecodingWorker } from "./decoding_worker.ts";
import {
  type ImageLoader,
  imageLoader,
  type ImageLoaderOptions,
  isKept,
  type LoadedImage,
} from "./load_image.ts";

/** Where pictures come from. */
export interface ImageSource {
  /** Reads a picture, or gives the one that is kept or was decoded ahead. */
  readonly load: ImageLoader;
  /** Has pictures that will be asked for decoded in the background. */
  readonly prefetch: (pictures: readonly Picture[]) => void;
}

/** Options of {@linkcode imageSource}. */
export interface ImageSourceOptions extends ImageLoaderOptions {
  /** Decodes ahead; without one, pictures are decoded when they are asked for. */
  readonly worker?: DecodingWorker;
}

/** Pictures decoded ahead that nobody took yet. */
const MOST_AHEAD = 64;

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
 */
export function imageSource(options: ImageSourceOptions): ImageSource {
  const { size, stride, cacheBytes = 0, worker } = options;
  const here = imageLoader({ size, stride });
  const kept = boundedCache<LoadedImage>(
    cacheBytes,
    ({ image }) => image.data.length,
  );
  const ahead = new Map<string, Promise<LoadedImage | undefined>>();
  return {
    load: (picture) => async () => {
      const key = pictureKey(picture);
      const found = kept.get(key) ?? await ahead.get(key);
      ahead.delete(key);
      const loaded = found
        ? { _tag: "Right", right: found } as const
        : await here(picture)();
      if (loaded._tag === "Right" && isKept(picture)) {
        kept.keep(key, loaded.right);
      }
      return loaded;
    },
    prefetch: (pictures) => {
      for (const picture of pictures) {
        const key = pictureKey(picture);
        if (!worker?.isReady() || ahead.size >= MOST_AHEAD) return;
        if (kept.get(key) === undefined && !ahead.has(key)) {
          ahead.set(key, worker.decode(picture, { size, stride }));
        }
      }
    },
  };
}
