import type { Backend } from "../backends/backend.ts";
import type { Result } from "../core/result.ts";
import type { DataError } from "../data/data_error.ts";
import { pictureKey } from "../data/picture_edit.ts";
import type { PictureSizes } from "./_pixel_cells.ts";
import { type Aborted, aborted } from "./aborted.ts";
import type { EvaluationInputs, EvaluationOptions } from "./evaluate.ts";
import { imageBatch, type LoadedImage } from "./load_image.ts";
import type { ImageFeatures } from "./predictor.ts";

/** Features of a picture and how its pixels map. */
export interface Extracted<T> extends ImageFeatures<T>, PictureSizes {
  /** What decoded it. */
  readonly decoder: string;
}

/** Passes every distinct picture of the pairs through the backbone, into `images`. */
export async function extractImages<T>(
  backend: Backend<T>,
  { predictor, parameters, pairs, load }: EvaluationInputs<T>,
  { batch = 1, signal, onProgress }: EvaluationOptions,
  images: Map<string, Extracted<T>>,
): Promise<Result<DataError | Aborted, void>> {
  const pictures = new Map(
    pairs.flatMap(({ source, target }) => [source, target])
      .map((picture) => [pictureKey(picture), picture]),
  );
  let waiting: (readonly [key: string, LoadedImage])[] = [];
  const flush = async (): Promise<void> => {
    if (waiting.length === 0) return;
    const loaded = waiting.map(([, image]) => image);
    const [h, w] = (loaded[0] as LoadedImage).padded;
    const shape = [loaded.length, 3, h, w];
    const pixels = backend.tensor(imageBatch(loaded), shape);
    const features = await predictor.extract(pixels, parameters)
      .finally(() => backend.dispose([pixels]));
    waiting.forEach(([key, { stored, image, padded }], i) => {
      const { width, height, decoder } = image;
      images.set(key, {
        ...features[i] as ImageFeatures<T>,
        stored,
        resized: { width, height },
        padded,
        decoder,
      });
    });
    waiting = [];
    onProgress?.({
      kind: "count",
      label: "reading images",
      done: images.size,
      total: pictures.size,
    });
  };
  for (const [key, picture] of pictures) {
    if (signal?.aborted) return aborted("evaluation");
    const loaded = await load(picture)();
    if (loaded._tag === "Left") return loaded;
    const [first] = waiting;
    if (first && first[1].padded.join() !== loaded.right.padded.join()) {
      await flush();
    }
    waiting.push([key, loaded.right]);
    if (waiting.length >= batch) await flush();
  }
  await flush();
  return { _tag: "Right", right: undefined };
}
