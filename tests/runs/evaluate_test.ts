import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { referenceBackend } from "../../src/backends/reference.ts";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { ImagePair, Point } from "../../src/data/image_pair.ts";
import { evaluate } from "../../src/runs/evaluate.ts";
import { createBackend } from "../../src/runs/create_backend.ts";
import type { EvaluationOptions } from "../../src/runs/evaluation_inputs.ts";
import { initModel } from "../../src/runs/model.ts";
import { createPredictor } from "../../src/runs/predictor.ts";
import { drawn } from "../_helpers.ts";
import {
  fakeLoader,
  type FakePicture,
  fakePredictor,
  MODEL,
  pairOf,
} from "./_fakes.ts";
import { left, right } from "./_helpers.ts";

const POINT: readonly Point[] = [[8, 8]];
const CHOICES = {
  threshold: "img",
  space: "evaluation",
  alphas: [0.1],
} as const;

/** Evaluates with answers moved by `shift` cells, and sees that nothing stays. */
async function run(
  pairs: readonly ImagePair[],
  pictures: Readonly<Record<string, FakePicture>>,
  options: Partial<EvaluationOptions> & {
    readonly shift?: Point;
    readonly betas?: readonly number[];
  } = {},
) {
  const backend = referenceBackend();
  const { shift = [0, 0], betas = [], ...choices } = options;
  const { load, loads } = fakeLoader(pictures);
  const { predictor, batches } = fakePredictor(backend, { shift, betas });
  const inputs = { config: MODEL, predictor, pairs, load };
  const result = await evaluate(backend, inputs, { ...CHOICES, ...choices })();
  strictEqual(backend.memory().tensors, 0, "tensors left behind");
  return { result, loads, batches };
}

const SMALL: FakePicture = { stored: [32, 32] };

Deno.test("evaluate() reads and passes each distinct picture once", async () => {
  const image = (path: string) => ({ path, keypoints: POINT });
  const pairs = [["a", "b"], ["b", "a"], ["a", "c"], ["c", "b"]]
    .map(([s, t]) => pairOf(image(s!), image(t!)));
  const pictures = { a: SMALL, b: SMALL, c: SMALL };
  for (
    const [batch, passes] of [[1, [1, 1, 1]], [2, [2, 2]], [9, [3]]] as const
  ) {
    const { result, loads, batches } = await run(pairs, pictures, { batch });
    deepStrictEqual(loads, ["a", "b", "c"]);
    deepStrictEqual(batches.map(([count]) => count), passes);
    strictEqual(right(result).images, 3);
    deepStrictEqual(right(result).pairs.map(({ pair }) => pair), pairs);
  }
});

Deno.test("evaluate() never batches pictures of different sizes", async () => {
  const image = (path: string) => ({ path, keypoints: POINT });
  const pairs = [
    pairOf(image("a"), image("b")),
    pairOf(image("c"), image("a")),
  ];
  const pictures = {
    a: SMALL,
    b: { stored: [20, 40] },
    c: { stored: [32, 48] },
  } as const;
  const { batches } = await run(pairs, pictures, { batch: 8 });
  // 20 x 40 is padded to 32 x 48: [count, H, W].
  deepStrictEqual(batches, [[1, 32, 32], [2, 48, 32]]);
});

// Both pictures are resized from 64 x 128 (W x H) to 32 x 32.
const TALL: FakePicture = { stored: [64, 128], resized: [32, 32] };
const TALL_PAIR = pairOf(
  { path: "a", keypoints: [[16, 32]] },
  { path: "b", keypoints: [[20, 40]], box: [0, 0, 40, 20] },
);

Deno.test("evaluate() measures in the pixels of its space", async () => {
  // The query (16, 32) is (8, 8) resized, cell (0.5, 0.5); moved by a quarter
  // of a cell it is pixel (12, 12) resized, (24, 48) stored. The truth (20, 40)
  // is (10, 10) resized: errors (2, 2) and (4, 8).
  const at = async (options: Partial<EvaluationOptions>) => {
    const { result } = await run([TALL_PAIR], { a: TALL, b: TALL }, {
      ...options,
      shift: [0.25, 0.25],
    });
    return right(result).pairs[0]!;
  };
  const resized = await at({ alphas: [0.088, 0.089] });
  deepStrictEqual(resized.predicted, [[24, 48]]);
  // √8 / 32 = 0.0884 of the resized, √80 / 128 = 0.0699 of the stored picture.
  strictEqual(resized.pck.theta, 32);
  deepStrictEqual(resized.pck.value, { "0.088": 0, "0.089": 1 });
  const stored = await at({ space: "original", alphas: [0.069, 0.07] });
  deepStrictEqual(stored.predicted, [[24, 48]]);
  strictEqual(stored.pck.theta, 128);
  deepStrictEqual(stored.pck.value, { "0.069": 0, "0.07": 1 });
});

Deno.test("evaluate() scales the box of the target with its picture", async () => {
  const pictures = { a: TALL, b: TALL };
  const theta = async (space: "evaluation" | "original") => {
    const options = { threshold: "bbox", space } as const;
    const { result } = await run([TALL_PAIR], pictures, options);
    return right(result).pairs[0]!.pck.theta;
  };
  // 40 x 20 stored pixels are 20 x 5 resized ones.
  strictEqual(await theta("original"), 40);
  strictEqual(await theta("evaluation"), 20);
});

Deno.test("evaluate() pads keypoints without counting them", async () => {
  const image = (path: string, keypoints: readonly Point[]) => ({
    path,
    keypoints,
  });
  const two: readonly Point[] = [[8, 8], [24, 8]];
  const pairs = [
    pairOf(image("a", POINT), image("b", POINT)),
    pairOf(image("a", two), image("b", two)),
  ];
  const { result } = await run(pairs, { a: SMALL, b: SMALL });
  const predicted = right(result).pairs.map(({ predicted }) => predicted);
  deepStrictEqual(predicted, [POINT, two]);
});

Deno.test("evaluate() multiplies the temperatures of both pictures", async () => {
  const image = (path: string) => ({ path, keypoints: POINT });
  const pairs = [
    pairOf(image("a"), image("b")),
    pairOf(image("b"), image("b")),
  ];
  const pictures = {
    a: { ...SMALL, decoder: "png" },
    b: { ...SMALL, decoder: "jpeg" },
  };
  const { result } = await run(pairs, pictures, { betas: [0.5, 0.25] });
  deepStrictEqual(right(result).pairs.map(({ beta }) => beta), [0.125, 0.0625]);
  deepStrictEqual(right(result).decoders, ["png", "jpeg"]);
});

Deno.test("evaluate() of no pair is empty", async () => {
  const { result } = await run([], {});
  deepStrictEqual(right(result), { pairs: [], decoders: [], images: 0 });
});

Deno.test("evaluate() names the picture that a keypoint lies outside of", async () => {
  const outside: readonly Point[] = [[8, 8], [33, 8]];
  const pair = pairOf(
    { path: "a", keypoints: [[8, 8], [9, 9]] },
    { path: "b", keypoints: outside },
    { id: "7" },
  );
  const { result } = await run([pair], { a: SMALL, b: SMALL });
  const error = left(result);
  strictEqual(error._tag, "MalformedFile");
  strictEqual(
    error.message,
    'b: "keypoints[1] of pair 7" must be inside 32 x 32 pixels: got [33, 8]',
  );
});

Deno.test("evaluate() refuses a pair without keypoints", async () => {
  const pair = pairOf(
    { path: "a", keypoints: [] },
    { path: "b", keypoints: [] },
  );
  const { result } = await run([pair], { a: SMALL, b: SMALL });
  strictEqual(
    left(result).message,
    'a: "keypoints of pair a-b" must be at least one: got none',
  );
});

Deno.test("evaluate() names the picture that is missing", async () => {
  const pair = pairOf(
    { path: "a", keypoints: POINT },
    { path: "none", keypoints: POINT },
  );
  const { result } = await run([pair], { a: SMALL });
  strictEqual(left(result)._tag, "MissingFile");
  strictEqual(left(result).message.startsWith("none: "), true);
});

Deno.test("evaluate() stops when it is told to, at any point", async () => {
  const image = (path: string) => ({ path, keypoints: POINT });
  const pairs = [
    pairOf(image("a"), image("b")),
    pairOf(image("b"), image("a")),
  ];
  const pictures = { a: SMALL, b: SMALL };
  for (const until of ["reading images", "matching pairs"]) {
    const controller = new AbortController();
    const heard: string[] = [];
    const { result } = await run(pairs, pictures, {
      signal: controller.signal,
      onProgress: (event) => {
        if (!("kind" in event && event.kind === "count")) return;
        heard.push(event.label);
        if (event.label === until) controller.abort();
      },
    });
    strictEqual(left(result)._tag, "Aborted");
    strictEqual(heard.at(-1), until);
  }
  const { result, loads } = await run(pairs, pictures, {
    signal: AbortSignal.abort(),
  });
  strictEqual(left(result)._tag, "Aborted");
  deepStrictEqual(loads, []);
});

Deno.test("evaluate() builds the pass before it reads pictures whose size is known", async () => {
  const backend = referenceBackend();
  const { load } = fakeLoader({ a: SMALL, b: SMALL, c: SMALL });
  const { predictor } = fakePredictor(backend, { shift: [0, 0] });
  const image = (path: string) => ({ path, keypoints: POINT });
  const pairs = [
    pairOf(image("a"), image("b")),
    pairOf(image("b"), image("c")),
  ];
  const seen: unknown[] = [];
  const inputs = {
    config: MODEL,
    pairs,
    padded: [32, 32] as const,
    load: (picture: Parameters<typeof load>[0]) => {
      seen.push(picture.path);
      return load(picture);
    },
    predictor: {
      ...predictor,
      buildExtraction: (
        shapes: Readonly<Record<string, readonly number[]>>,
      ) => {
        seen.push(shapes);
        return Promise.resolve();
      },
    },
  };
  right(await evaluate(backend, inputs, { ...CHOICES, batch: 8 })());
  deepStrictEqual(seen, [{ images: [3, 3, 32, 32] }, "a", "b", "c"]);
  seen.length = 0;
  right(await evaluate(backend, inputs, { ...CHOICES, batch: 2 })());
  deepStrictEqual(seen[0], { images: [2, 3, 32, 32] });
});

Deno.test("evaluate() frees features when a program fails", async () => {
  const backend = referenceBackend();
  const { load } = fakeLoader({ a: SMALL, b: SMALL });
  const { predictor } = fakePredictor(backend, { shift: [0, 0] });
  const failing = {
    ...predictor,
    read: () => Promise.reject(new Error("device lost")),
  };
  const image = (path: string) => ({ path, keypoints: POINT });
  const pairs = [pairOf(image("a"), image("b"))];
  const inputs = { config: MODEL, predictor: failing, pairs, load };
  await rejects(evaluate(backend, inputs, CHOICES), /device lost/);
  strictEqual(backend.memory().tensors, 0);
});

const native = await createBackend("onnx-cpu", { maxSessions: 4 })();
const ignore = native._tag === "Left";

Deno.test.afterAll(async () => {
  if (native._tag === "Right") await native.right.close();
});

Deno.test({
  name: "evaluate() finds the keypoints of a picture in itself, by every rule",
  ignore,
  fn: async () => {
    const backend = right(native);
    // 100 x 70 pixels are padded to 7 x 5 cells: no axis is the other.
    const [width, height] = [100, 70];
    const noise = drawn(5, [width * height * 3], [0, 256]);
    const picture = {
      path: "a",
      stored: { width, height },
      image: {
        width,
        height,
        data: Uint8Array.from(noise.data),
        decoder: "none",
      },
      padded: [80, 112],
    } as const;
    // Where cell (x, y) lies: 112 - 1 pixels over 7 - 1 cells is 18.5.
    const pixels = {
      simple: ([x, y]: Point): Point => [16 * x, 16 * y],
      center: ([x, y]: Point): Point => [16 * x + 7.5, 16 * y + 7.5],
      alignCorners: ([x, y]: Point): Point => [18.5 * x, 19.75 * y],
    };
    const cells: readonly Point[] = [[0, 0], [5, 1], [2, 3], [4, 2]];
    for (const rule of ["simple", "center", "alignCorners"] as const) {
      const keypoints = cells.map(pixels[rule]);
      const image = { path: "a", keypoints };
      const pairs = [pairOf(image, image)];
      const config = { ...MODEL, coordinates: rule };
      const predictor = createPredictor(backend, {
        config,
        baked: initModel(xoroshiro128plus(0), config).parameters,
        betaEval: 0.0005,
        sigmaCells: 7,
      });
      const load = () => () =>
        Promise.resolve({ _tag: "Right", right: picture } as const);
      const inputs = { config, predictor, pairs, load };
      const options = { ...CHOICES, space: "original" } as const;
      const result = await evaluate(backend, inputs, options)();
      right(result).pairs[0]!.predicted.forEach((found, k) => {
        const off = found.map((p, axis) => Math.abs(p - keypoints[k]![axis]!));
        ok(Math.max(...off) < 0.1, `${rule}: ${found} for ${keypoints[k]}`);
      });
    }
    strictEqual(backend.memory().tensors, 0);
  },
});

Deno.test({
  name: "evaluate() of 200 sizes keeps no more sessions than it may, no tensor",
  ignore,
  fn: async () => {
    const backend = right(native);
    const sizes = Array.from(
      { length: 200 },
      (_, i) => [16 * (1 + i % 20), 16 * (1 + Math.floor(i / 20))] as const,
    );
    const pictures = Object.fromEntries(
      sizes.map((stored, i) => [`${i}`, { stored }]),
    );
    const image = (i: number) => ({ path: `${i}`, keypoints: POINT });
    const pairs = Array.from(
      { length: 100 },
      (_, i) => pairOf(image(i), image(199 - i)),
    );
    const model = initModel(xoroshiro128plus(0), MODEL);
    const predictor = createPredictor(backend, {
      config: MODEL,
      baked: model.parameters,
      betaEval: "auto",
      sigmaCells: 7,
    });
    const { load } = fakeLoader(pictures);
    const inputs = { config: MODEL, predictor, pairs, load };
    const result = await evaluate(backend, inputs, CHOICES)();
    strictEqual(right(result).images, 200);
    deepStrictEqual(backend.memory(), { tensors: 0, sessions: 4 });
  },
});
