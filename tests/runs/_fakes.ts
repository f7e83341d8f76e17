import type { Backend } from "../../src/backends/backend.ts";
import type { Point } from "../../src/core/point.ts";
import { missingFile } from "../../src/data/data_error.ts";
import type { AnnotatedImage, ImagePair } from "../../src/data/image_pair.ts";
import type { ImageLoader, LoadedImage } from "../../src/runs/load_image.ts";
import type { ModelConfig } from "../../src/runs/model.ts";
import type { Predictor } from "../../src/runs/predictor.ts";

/** A model of no consequence: what is tested is around it. */
export const MODEL: ModelConfig = {
  backbone: {
    kind: "resnet",
    name: "tiny",
    block: "basic",
    layers: [1, 1, 1],
    width: 16,
    outputs: [3],
  },
  temperature: { kind: "fixed", beta: 1 },
  normalize: true,
  coordinates: "simple",
};

/** A picture as the loader gives it: `[stored W, H]` resized to `[W, H]`. */
export interface FakePicture {
  readonly stored: readonly [width: number, height: number];
  readonly resized?: readonly [width: number, height: number];
  readonly decoder?: string;
}

/** Loads black pictures by name and counts how often. */
export function fakeLoader(
  pictures: Readonly<Record<string, FakePicture>>,
): { readonly load: ImageLoader; readonly loads: string[] } {
  const loads: string[] = [];
  const load: ImageLoader = ({ path }) => () => {
    loads.push(path);
    const picture = pictures[path];
    return Promise.resolve(
      picture === undefined
        ? { _tag: "Left", left: missingFile(path) }
        : { _tag: "Right", right: loaded(path, picture) },
    );
  };
  return { load, loads };
}

function loaded(
  path: string,
  { stored, resized = stored, decoder = "none" }: FakePicture,
): LoadedImage {
  const [width, height] = resized;
  const whole = (length: number) => Math.ceil(length / 16) * 16;
  return {
    path,
    stored: { width: stored[0], height: stored[1] },
    image: {
      width,
      height,
      data: new Uint8Array(width * height * 3),
      decoder,
    },
    padded: [whole(height), whole(width)],
  };
}

/** A predictor that answers each query moved by `shift` cells. */
export function fakePredictor<T>(
  backend: Backend<T>,
  options: {
    readonly shift: Point;
    readonly betas?: readonly number[];
    readonly readings?: Predictor<T>["readings"];
  },
): { readonly predictor: Predictor<T>; readonly batches: number[][] } {
  const batches: number[][] = [];
  let images = 0;
  const moved = (points: T): Promise<T> => {
    const [matches] = backend.tidy(() => [
      backend.add(points, backend.constant(options.shift, [2])),
    ]);
    return Promise.resolve(matches as T);
  };
  const predictor: Predictor<T> = {
    readings: options.readings ?? [{ betaEval: "auto", sigmaCells: 7 }],
    // A query is its own column, so that it can be read back from it.
    describe: (_, queries) =>
      Promise.resolve(
        backend.tidy(() => [backend.mul(queries, 1)])[0] as T,
      ),
    read: ({ descriptors }) => moved(descriptors),
    extract: (pixels) => predictor.extractFrom({ images: pixels }),
    extractFrom: ({ images: pixels }) => {
      if (pixels === undefined) throw new TypeError("no pixels");
      const [count = 0, , h = 0, w = 0] = backend.shape(pixels);
      batches.push([count, h, w]);
      return Promise.resolve(
        Array.from({ length: count }, () => ({
          features: backend.tensor(
            new Float32Array(2 * h * w / 256),
            [1, 2, h / 16, w / 16],
          ),
          beta: backend.tensor([options.betas?.[images++] ?? 1], [1]),
        })),
      );
    },
    buildExtraction: () => Promise.resolve(),
    locate: ({ queries }) => moved(queries),
  };
  return { predictor, batches };
}

/** A pair of `source` and `target` with these keypoints. */
export function pairOf(
  source: AnnotatedImage,
  target: AnnotatedImage,
  options: { readonly id?: string; readonly category?: string } = {},
): ImagePair {
  const { id = `${source.path}-${target.path}`, category = "cat" } = options;
  return { id, category, source, target };
}
