/**
 * Pictures that are decoded before they are asked for.
 *
 * @module
 */

import { type Picture, pictureKey } from "../data/picture_edit.ts";
import { boundedCache } from "./_bounded_cache.ts";
import type { ImageReply, ImageRequest } from "./_image_worker.ts";
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
  /** Ends the background work; `load` goes on without. */
  readonly close: () => void;
}

/** Options of {@linkcode imageSource}. */
export interface ImageSourceOptions extends ImageLoaderOptions {
  /** Whether pictures are decoded ahead in a Worker, where there are Workers; `false` by default. */
  readonly worker?: boolean;
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
 * @param options Size, stride, cache, and whether there is a Worker.
 * @returns Loader and prefetch; to be closed.
 * @throws {OptionError} If the size is not a whole number of at least `stride`.
 */
export function imageSource(options: ImageSourceOptions): ImageSource {
  const { size, stride, cacheBytes = 0, worker = false } = options;
  const here = imageLoader({ size, stride });
  const kept = boundedCache<LoadedImage>(
    cacheBytes,
    ({ image }) => image.data.length,
  );
  const ahead = new Map<string, Promise<LoadedImage | undefined>>();
  let decode = worker ? startWorker({ size, stride }) : undefined;
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
        if (!decode?.isReady() || ahead.size >= MOST_AHEAD) return;
        if (kept.get(key) === undefined && !ahead.has(key)) {
          ahead.set(key, decode.run(picture));
        }
      }
    },
    close: () => {
      decode?.close();
      decode = undefined;
    },
  };
}

/** A Worker that decodes; nothing where none can be started. */
function startWorker(options: ImageLoaderOptions): {
  readonly isReady: () => boolean;
  readonly run: (picture: Picture) => Promise<LoadedImage | undefined>;
  readonly close: () => void;
} | undefined {
  const worker = openWorker();
  if (worker === undefined) return undefined;
  const waiting = new Map<number, (image: LoadedImage | undefined) => void>();
  let count = 0;
  let isReady = false;
  const end = (): void => {
    isReady = false;
    worker.terminate();
    waiting.forEach((resolve) => resolve(undefined));
    waiting.clear();
  };
  worker.onmessage = ({ data: { id, image } }: MessageEvent<ImageReply>) => {
    isReady = true;
    waiting.get(id)?.(image);
    waiting.delete(id);
  };
  worker.onerror = (event) => {
    // Unhandled, it would end the program.
    event.preventDefault();
    end();
  };
  return {
    // A Worker of Deno may never start: beside threads of WebAssembly, or
    // behind another one that was ended while it started. So nothing is left
    // to one that has not spoken yet.
    isReady: () => isReady,
    run: (picture) => {
      const request: ImageRequest = { id: count++, picture, options };
      return new Promise((resolve) => {
        waiting.set(request.id, resolve);
        worker.postMessage(request);
      });
    },
    close: end,
  };
}

function openWorker(): Worker | undefined {
  if (typeof Worker === "undefined") return undefined;
  try {
    const url = new URL("./_image_worker.ts", import.meta.url);
    return new Worker(url, { type: "module" });
  } catch {
    return undefined;
  }
}
