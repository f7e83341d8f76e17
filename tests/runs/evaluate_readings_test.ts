import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { Backend } from "../../src/backends/backend.ts";
import { onnxBackend } from "../../src/backends/onnx/mod.ts";
import { referenceBackend } from "../../src/backends/reference.ts";
import { OptionError } from "../../src/core/errors.ts";
import type { ImagePair, Point } from "../../src/data/image_pair.ts";
import { evaluate } from "../../src/runs/evaluate.ts";
import { evaluateReadings } from "../../src/runs/evaluate_readings.ts";
import type { ImageLoader } from "../../src/runs/load_image.ts";
import { initModel, type ModelConfig } from "../../src/runs/model.ts";
import {
  createPredictor,
  type ImageFeatures,
} from "../../src/runs/predictor.ts";
import type { Reading } from "../../src/runs/reading.ts";
import { drawn } from "../_helpers.ts";
import { MODEL, pairOf } from "./_fakes.ts";
import { left, right } from "./_helpers.ts";

const CONFIG: ModelConfig = {
  ...MODEL,
  temperature: { kind: "mlp", hidden: 4 },
};
const { parameters } = initModel(xoroshiro128plus(4), CONFIG);

const RING = [..."ijklmnopq"];

// Rectangles of three sizes, the last no whole number of cells.
const SIZES: Readonly<Record<string, readonly [number, number]>> = {
  a: [48, 32],
  b: [64, 48],
  c: [48, 32],
  d: [55, 40],
  // Nine of one size: a call has five maps, the second one of them twice.
  ...Object.fromEntries(RING.map((path) => [path, [48, 32]])),
};

const load: ImageLoader = ({ path }) => () => {
  const [width, height] = SIZES[path]!;
  const seed = path.charCodeAt(0);
  const noise = drawn(seed, [width * height * 3], [0, 256]);
  const whole = (length: number) => 16 * Math.ceil(length / 16);
  return Promise.resolve({
    _tag: "Right",
    right: {
      path,
      stored: { width, height },
      image: {
        width,
        height,
        data: Uint8Array.from(noise.data),
        decoder: "none",
      },
      padded: [whole(height), whole(width)],
    },
  });
};

const POINTS: readonly Point[] = [[3, 5], [20.5, 30], [47, 11.25]];
const PAIRS = ["ab", "ba", "ac", "cd", "db", "bc", "da"].map((names, i) => {
  const keypoints = POINTS.slice(i % 2);
  const [source, target] = [...names].map((path) => ({ path, keypoints }));
  return pairOf(source!, target!);
});

const READINGS: readonly Reading[] = [
  { betaEval: "auto", sigmaCells: 7 },
  { betaEval: 0.02, sigmaCells: 1.5, localizer: "kernelSoftArgmax" },
  { betaEval: 0.3, sigmaCells: 7, localizer: "softArgmax" },
  { betaEval: 0.02, sigmaCells: 7, localizer: "nearestNeighbor" },
  { betaEval: 0.02, sigmaCells: 7, localizer: "bilinearNearestNeighbor" },
  {
    betaEval: "auto",
    sigmaCells: 7,
    localizer: "windowSoftArgmax",
    radiusCells: 1,
    outside: "cropped",
  },
];
const CHOICES = {
  threshold: "img",
  space: "original",
  alphas: [0.1, 0.5],
} as const;

function inputsOf<T>(backend: Backend<T>, readings: readonly Reading[]) {
  const [first, ...alternatives] = readings;
  const predictor = createPredictor(backend, {
    ...first!,
    config: CONFIG,
    baked: parameters,
    alternatives,
  });
  return { config: CONFIG, predictor, pairs: PAIRS, load };
}

const reference = referenceBackend();
const native = await onnxBackend({ device: "cpu" })();
const all = right(
  await evaluateReadings(reference, inputsOf(reference, READINGS), CHOICES)(),
);

Deno.test("evaluateReadings() gives for each reading what it gives alone", async () => {
  for (const [r, reading] of READINGS.entries()) {
    const inputs = inputsOf(reference, [reading]);
    const alone = right(await evaluate(reference, inputs, CHOICES)());
    deepStrictEqual(alone, all[r]);
  }
  strictEqual(all.length, READINGS.length);
  strictEqual(reference.memory().tensors, 0);
});

Deno.test("evaluateReadings() matches as locate() does, pair by pair", async () => {
  for (const [r, reading] of READINGS.entries()) {
    const { predictor } = inputsOf(reference, [reading]);
    for (const [i, pair] of PAIRS.entries()) {
      const found = await locateAlone(predictor, pair);
      all[r]!.pairs[i]!.predicted.forEach((point, k) =>
        assertNear(point, found[k]!, `${reading.localizer} ${pair.id}`)
      );
    }
  }
});

Deno.test("evaluateReadings() matches as locate() does where a call is filled up", () =>
  matchesRing(reference));

Deno.test(
  "evaluateReadings() matches as the reference where a call of ONNX Runtime is filled up",
  { ignore: native._tag === "Left" },
  async () => {
    if (native._tag === "Left") return;
    await matchesRing(native.right);
    await native.right.close();
  },
);

Deno.test("evaluateReadings() mixes the nearest neighbours of four cells", async () => {
  const { predictor } = inputsOf(reference, [READINGS[3]!]);
  for (const [i, pair] of PAIRS.entries()) {
    const wanted = await mixedAlone(predictor, pair);
    all[4]!.pairs[i]!.predicted.forEach((point, k) =>
      assertNear(point, wanted[k]!, pair.id)
    );
  }
});

Deno.test("evaluateReadings() finds the same in blocks of few pictures", async () => {
  for (const keepImages of [2, 3]) {
    const read: string[] = [];
    const inputs = {
      ...inputsOf(reference, READINGS),
      load: (picture: { readonly path: string }) => {
        read.push(picture.path);
        return load(picture);
      },
    };
    const options = { ...CHOICES, keepImages, batch: 2 };
    const result = await evaluateReadings(reference, inputs, options)();
    deepStrictEqual(
      right(result).map((outcome) => outcome.pairs),
      all.map((outcome) => outcome.pairs),
    );
    strictEqual(right(result)[0]!.images, 4);
    ok(read.length > 4, "some picture is read again");
    strictEqual(reference.memory().tensors, 0);
  }
});

Deno.test("evaluateReadings() tells the total of pictures and pairs", async () => {
  for (const keepImages of [2, 512]) {
    const last = new Map<string, readonly [number, number]>();
    right(
      await evaluateReadings(reference, inputsOf(reference, READINGS), {
        ...CHOICES,
        keepImages,
        onProgress: (event) => {
          if (event.kind !== "count") return;
          last.set(event.label, [event.done, event.total]);
        },
      })(),
    );
    for (const [done, total] of last.values()) strictEqual(done, total);
    strictEqual(last.get("matching pairs")?.[1], PAIRS.length);
  }
});

Deno.test("evaluateReadings() stops between blocks and frees what it has", async () => {
  const controller = new AbortController();
  const result = await evaluateReadings(
    reference,
    inputsOf(reference, READINGS),
    {
      ...CHOICES,
      keepImages: 2,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    },
  )();
  strictEqual(left(result)._tag, "Aborted");
  strictEqual(reference.memory().tensors, 0);
});

Deno.test("evaluateReadings() refuses bounds below one pair or picture", () => {
  const inputs = inputsOf(reference, READINGS);
  const named = (message: RegExp) => (error: unknown) =>
    error instanceof OptionError && message.test(error.message);
  throws(
    () => evaluateReadings(reference, inputs, { ...CHOICES, keepImages: 1 }),
    named(/"keepImages" must be a whole number >= 2: got 1/),
  );
  throws(
    () => evaluateReadings(reference, inputs, { ...CHOICES, batch: 0 }),
    named(/"batch"/),
  );
});

/** Nine pictures in a ring, each the source of one pair and the target of the next. */
async function matchesRing<T>(backend: Backend<T>): Promise<void> {
  const pairs = RING.map((path, i) => {
    const keypoints = POINTS.slice(i % 2);
    return pairOf({ path, keypoints }, {
      path: RING[(i + 1) % RING.length]!,
      keypoints,
    });
  });
  // By the map of all scores, and by those of four cells a query.
  const readings = [READINGS[1]!, READINGS[4]!];
  const inputs = { ...inputsOf(backend, readings), pairs };
  const [soft, mixed] = right(
    await evaluateReadings(backend, inputs, CHOICES)(),
  );
  strictEqual(backend.memory().tensors, 0);
  const one = inputsOf(reference, [READINGS[1]!]).predictor;
  const nearest = inputsOf(reference, [READINGS[3]!]).predictor;
  for (const [i, pair] of pairs.entries()) {
    const byMap = await locateAlone(one, pair);
    const byCorners = await mixedAlone(nearest, pair);
    soft!.pairs[i]!.predicted.forEach((point, k) =>
      assertNear(point, byMap[k]!, `soft ${pair.id}`)
    );
    mixed!.pairs[i]!.predicted.forEach((point, k) =>
      assertNear(point, byCorners[k]!, `mixed ${pair.id}`)
    );
  }
}

/** Nearest neighbours of the four cells around each query, mixed by the predictor's `locate`. */
async function mixedAlone<T>(
  predictor: ReturnType<typeof createPredictor<T>>,
  pair: ImagePair,
): Promise<readonly Point[]> {
  // Written out: floor and remainder of x / 16, both inside the grid.
  const [width, height] = SIZES[pair.source.path]!;
  const last = (length: number) => Math.ceil(length / 16) - 1;
  return await Promise.all(pair.source.keypoints.map(async ([x, y]) => {
    const px = Math.min(x / 16, last(width));
    const py = Math.min(y / 16, last(height));
    const [x0, y0] = [Math.floor(px), Math.floor(py)];
    let mixed: Point = [0, 0];
    for (const dx of [0, 1]) {
      for (const dy of [0, 1]) {
        const share = (dx === 0 ? 1 - (px - x0) : px - x0) *
          (dy === 0 ? 1 - (py - y0) : py - y0);
        if (share === 0) continue;
        const corner: Point = [16 * (x0 + dx), 16 * (y0 + dy)];
        const [match] = await locateAlone(predictor, {
          ...pair,
          source: { ...pair.source, keypoints: [corner] },
        });
        mixed = [mixed[0] + share * match![0], mixed[1] + share * match![1]];
      }
    }
    return mixed;
  }));
}

/** Matches of one pair by the predictor's `locate`, in pixels of the target. */
async function locateAlone<T>(
  predictor: ReturnType<typeof createPredictor<T>>,
  { source, target }: ImagePair,
): Promise<readonly Point[]> {
  const backend = reference as unknown as Backend<T>;
  const features = async (path: string): Promise<ImageFeatures<T>> => {
    const { image, padded } = right(await load({ path })());
    const [h, w] = padded;
    const pixels = new Float32Array(3 * h * w);
    const mean = [0.485, 0.456, 0.406];
    const std = [0.229, 0.224, 0.225];
    image.data.forEach((value, i) => {
      const [c, x] = [i % 3, Math.floor(i / 3) % image.width];
      const y = Math.floor(i / 3 / image.width);
      pixels[c * h * w + y * w + x] = (value / 255 - mean[c]!) / std[c]!;
    });
    const images = backend.tensor(pixels, [1, 3, h, w]);
    const [found] = await predictor.extract(images);
    backend.dispose([images]);
    return found!;
  };
  const [a, b] = [await features(source.path), await features(target.path)];
  const queries = backend.tensor(
    source.keypoints.flatMap(([x, y]) => [x / 16, y / 16]),
    [1, source.keypoints.length, 2],
  );
  const matches = await predictor.locate({ source: a, target: b, queries });
  const [values] = await backend.read([matches]);
  backend.dispose([
    queries,
    matches,
    a.features,
    a.beta,
    b.features,
    b.beta,
  ]);
  return source.keypoints.map((
    _,
    k,
  ) => [16 * values![2 * k]!, 16 * values![2 * k + 1]!]);
}

function assertNear(got: Point, wanted: Point, name: string): void {
  const off = Math.hypot(got[0] - wanted[0], got[1] - wanted[1]);
  // Pictures pass through float32.
  ok(off < 1e-3, `${name}: ${got} for ${wanted}`);
}
