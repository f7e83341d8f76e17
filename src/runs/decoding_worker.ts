/**
 * A thread that decodes pictures while this one computes.
 *
 * @module
 */

import type { Picture } from "../data/picture_edit.ts";
import type { ImageReply, ImageRequest } from "./_image_worker.ts";
import type { ImageLoaderOptions, LoadedImage } from "./load_image.ts";

/** A thread that decodes pictures; to be closed. */
export interface DecodingWorker {
  /** Whether it has started and does what it is told. */
  readonly isReady: () => boolean;
  /**
   * Decodes, edits and resizes a picture, in the order asked for; `undefined`
   * where it cannot, or was closed before it did. One that never starts never
   * answers.
   */
  readonly decode: (
    picture: Picture,
    options: ImageLoaderOptions,
  ) => Promise<LoadedImage | undefined>;
  /** Ends the thread. */
  readonly close: () => void;
}

/**
 * Starts a thread that decodes; where there are no Workers it is never ready.
 *
 * It takes a moment to start, so the sooner it is asked for the better. One
 * serves any number of `imageSource`s.
 *
 * @returns The thread.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { decodingWorker, imageSource } from "@simsc/core/runs";
 *
 * const worker = decodingWorker();
 * const { load, prefetch } = imageSource({ size: 256, stride: 16, worker });
 * prefetch([{ path: "none.png" }]); // decoded ahead
 * const found = await load({ path: "none.png" })();
 * equal(found._tag === "Left" && found.left._tag, "MissingFile");
 * worker.close();
 * equal(worker.isReady(), false);
 * ```
 */
export function decodingWorker(): DecodingWorker {
  const worker = openWorker();
  const waiting = new Map<number, (image: LoadedImage | undefined) => void>();
  let count = 0;
  // A Worker of Deno may never start: beside threads of WebAssembly, or behind
  // another one that was ended while it started. So nobody waits for one that
  // has not spoken yet.
  let isReady = false;
  let isOpen = worker !== undefined;
  const close = (): void => {
    isReady = false;
    isOpen = false;
    worker?.terminate();
    waiting.forEach((resolve) => resolve(undefined));
    waiting.clear();
  };
  if (worker !== undefined) {
    worker.onmessage = ({ data: { id, image } }: MessageEvent<ImageReply>) => {
      isReady = true;
      waiting.get(id)?.(image);
      waiting.delete(id);
    };
    worker.onerror = (event) => {
      // Unhandled, it would end the program.
      event.preventDefault();
      close();
    };
  }
  return {
    isReady: () => isReady,
    decode: (picture, options) => {
      if (!isOpen) return Promise.resolve(undefined);
      const request: ImageRequest = { id: count++, picture, options };
      return new Promise((resolve) => {
        waiting.set(request.id, resolve);
        worker?.postMessage(request);
      });
    },
    close,
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
