// Runs in the thread of `decodingWorker`: decodes and resizes what it is sent.
import {
  imageLoader,
  type ImageLoaderOptions,
  type LoadedImage,
} from "./load_image.ts";
import type { Picture } from "../data/picture_edit.ts";

/** One picture to decode. */
export interface ImageRequest {
  /** Comes back with the picture. */
  readonly id: number;
  /** File and edits. */
  readonly picture: Picture;
  /** Size and stride. */
  readonly options: ImageLoaderOptions;
}

/** A decoded picture; without one where it could not be decoded. */
export interface ImageReply {
  /** Of the request. */
  readonly id: number;
  /** The picture. */
  readonly image?: LoadedImage;
}

/** The part of a Worker's global scope that is used. */
interface Scope {
  onmessage: (event: { readonly data: ImageRequest }) => void;
  readonly postMessage: (reply: ImageReply, transfer: ArrayBuffer[]) => void;
}

const scope = globalThis as unknown as Scope;

// One after the other: what was asked for first is needed first.
let last: Promise<void> = Promise.resolve();
scope.onmessage = ({ data: { id, picture, options } }) => {
  const none = (): void => scope.postMessage({ id }, []);
  last = last.then(() => imageLoader(options)(picture)()).then((loaded) => {
    if (loaded._tag === "Left") return none();
    const image = loaded.right;
    scope.postMessage({ id, image }, [image.image.data.buffer as ArrayBuffer]);
  }).catch(none);
};

// Says that it is there.
scope.postMessage({ id: -1 }, []);

// What reads files takes longest to load, and nothing was asked for yet.
import("node:fs/promises").catch(() => {});
