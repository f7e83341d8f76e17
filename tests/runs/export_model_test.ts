import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import proto, { type onnx } from "onnx-proto";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { referenceBackend } from "../../src/backends/reference.ts";
import { OptionError } from "../../src/core/errors.ts";
import type { Point } from "../../src/core/point.ts";
import {
  backboneConfig,
  type ResnetBackbone,
  type VitBackbone,
} from "../../src/nn/backbone_config.ts";
import { backboneStride } from "../../src/nn/backbone_geometry.ts";
import {
  exportModel,
  type ExportModelOptions,
} from "../../src/runs/export_model.ts";
import { cellsToResized, storedToCells } from "../../src/runs/_pixel_cells.ts";
import { imageBatch } from "../../src/runs/load_image.ts";
import { initModel, type Model } from "../../src/runs/model.ts";
import { createPredictor } from "../../src/runs/predictor.ts";
import { drawn } from "../_helpers.ts";

const { onnx: messages } = proto as { onnx: typeof onnx };

const OPTIONS: ExportModelOptions = {
  imageSize: [96, 128],
  queries: 5,
  dtype: "float32",
  betaEval: "auto",
  sigmaCells: 3,
};
const MODELS: Readonly<Record<string, Model>> = {
  resnet: initModel(xoroshiro128plus(1), {
    backbone: { ...backboneConfig("tiny") as ResnetBackbone, width: 8 },
    temperature: { kind: "mlp", start: 0.2 },
    normalize: true,
    coordinates: "simple",
  }),
  vit: initModel(xoroshiro128plus(2), {
    backbone: {
      ...backboneConfig("tiny-vit") as VitBackbone,
      patch: 16,
      grid: 4,
      registers: 1,
      layerScale: true,
      norm: true,
    },
    temperature: { kind: "single", start: 0.2 },
    normalize: true,
    coordinates: "center",
  }),
};

/** Two pictures of bytes, and points of the first. */
function pair([h, w]: readonly [number, number], count: number) {
  const picture = (seed: number) => {
    const { data } = drawn(seed, [h * w * 3], [0, 256]);
    return {
      width: w,
      height: h,
      data: Uint8Array.from(data),
      decoder: "none",
    };
  };
  const xs = drawn(9, [count], [0, w - 1]).data;
  const ys = drawn(10, [count], [0, h - 1]).data;
  const points = xs.map((x, k): Point => [x, ys[k]!]);
  return { a: picture(7), b: picture(8), points };
}

type Pair = ReturnType<typeof pair>;

/** What the library finds, in float64: pixels of B, and the temperature. */
async function byLibrary(
  { config, parameters }: Model,
  { a, b, points }: Pair,
  options: ExportModelOptions,
) {
  const be = referenceBackend();
  const stride = backboneStride(config.backbone);
  const [h, w] = options.imageSize;
  const whole = (x: number) => Math.ceil(x / stride) * stride;
  const size = { width: w, height: h };
  const padded = [whole(h), whole(w)] as const;
  const sizes = { stored: size, resized: size, padded };
  const loaded = [a, b].map((image) => ({ ...sizes, path: "", image }));
  const predictor = createPredictor(be, {
    ...options,
    config,
    baked: parameters,
  });
  const images = be.tensor(imageBatch(loaded), [2, 3, ...padded]);
  const [source, target] = await predictor.extract(images);
  const rule = { rule: config.coordinates, stride };
  const cells = storedToCells(points, sizes, rule).flat();
  const queries = be.tensor(cells, [1, points.length, 2]);
  const matches = await predictor.locate({
    source: source!,
    target: target!,
    queries,
  });
  const found = points.map((_, k): Point => [
    matches.data[2 * k]!,
    matches.data[2 * k + 1]!,
  ]);
  return {
    matches: cellsToResized(found, sizes, rule).flat(),
    temperature: source!.beta.data[0]! * target!.beta.data[0]!,
    stride,
  };
}

/** What plain ONNX Runtime finds with the bytes alone. */
async function byRuntime(bytes: Uint8Array, { a, b, points }: Pair) {
  const session = await InferenceSession.create(bytes);
  const planes = ({ width, height, data }: Pair["a"]) => {
    const n = width * height;
    const values = Float32Array.from(
      { length: 3 * n },
      (_, i) => data[(i % n) * 3 + Math.floor(i / n)]!,
    );
    return new Tensor("float32", values, [1, 3, height, width]);
  };
  const queries = Float32Array.from(points.flat());
  const results = await session.run({
    imageA: planes(a),
    imageB: planes(b),
    queries: new Tensor("float32", queries, [1, points.length, 2]),
  });
  await session.release();
  const read = (name: string) => [...results[name]!.data as Float32Array];
  return {
    matches: read("matches"),
    confidence: read("confidence"),
    temperature: read("temperature"),
  };
}

function furthest(got: readonly number[], wanted: readonly number[]): number {
  strictEqual(got.length, wanted.length);
  return Math.max(...got.map((x, i) => Math.abs(x - wanted[i]!)));
}

const VARIANTS: Readonly<Record<string, readonly [string, object]>> = {
  "a ResNet": ["resnet", {}],
  "a ResNet of padded size": ["resnet", { imageSize: [90, 101] }],
  "a ViT of a rectangle": ["vit", {}],
  "a fixed temperature": ["resnet", { betaEval: 0.05 }],
  "nearest neighbours": ["vit", { localizer: "nearestNeighbor" }],
  "four corners": ["resnet", { localizer: "bilinearNearestNeighbor" }],
  "a window": ["vit", { localizer: "windowSoftArgmax", radiusCells: 2 }],
};

for (const [name, [model, change]] of Object.entries(VARIANTS)) {
  Deno.test(`exportModel() gives the library's points: ${name}`, async () => {
    const options: ExportModelOptions = { ...OPTIONS, ...change };
    const inputs = pair(options.imageSize, options.queries);
    const wanted = await byLibrary(MODELS[model]!, inputs, options);
    const bytes = await exportModel(MODELS[model]!, options);
    const got = await byRuntime(bytes, inputs);
    const cells = furthest(got.matches, wanted.matches) / wanted.stride;
    ok(cells <= 1e-3, `${cells} cells apart`);
    const beta = options.betaEval === "auto"
      ? wanted.temperature
      : options.betaEval;
    ok(furthest(got.temperature, [beta]) < 1e-6);
    ok(got.confidence.every((p) => p > 0 && p <= 1));
  });

  Deno.test(`exportModel() stays within 0.1 cell in float16: ${name}`, async () => {
    const options: ExportModelOptions = { ...OPTIONS, ...change };
    const inputs = pair(options.imageSize, options.queries);
    const wanted = await byLibrary(MODELS[model]!, inputs, options);
    const half: ExportModelOptions = { ...options, dtype: "float16" };
    const bytes = await exportModel(MODELS[model]!, half);
    const full = await exportModel(MODELS[model]!, options);
    ok(bytes.length < 0.75 * full.length, `${bytes.length}, ${full.length}`);
    const got = await byRuntime(bytes, inputs);
    const cells = furthest(got.matches, wanted.matches) / wanted.stride;
    ok(cells <= 0.1, `${cells} cells apart`);
    const beta = options.betaEval === "auto"
      ? wanted.temperature
      : options.betaEval;
    ok(furthest(got.temperature, [beta]) < 1e-4);
  });
}

Deno.test("exportModel() reads normalised pixels where told", async () => {
  const model = MODELS["resnet"]!;
  const options: ExportModelOptions = { ...OPTIONS, pixels: "normalized" };
  const inputs = pair(options.imageSize, options.queries);
  const session = await InferenceSession.create(
    await exportModel(model, options),
  );
  const [height, width] = options.imageSize;
  const image = (picture: Pair["a"]) => {
    const values = imageBatch([{
      path: "",
      stored: { width, height },
      image: picture,
      padded: options.imageSize,
    }]);
    return new Tensor("float32", values, [1, 3, height, width]);
  };
  const points = Float32Array.from(inputs.points.flat());
  const { matches } = await session.run({
    imageA: image(inputs.a),
    imageB: image(inputs.b),
    queries: new Tensor("float32", points, [1, 5, 2]),
  });
  const wanted = await byLibrary(model, inputs, options);
  const got = [...matches!.data as Float32Array];
  ok(furthest(got, wanted.matches) / wanted.stride <= 1e-3);
});

Deno.test("exportModel() says in the file what its numbers mean", async () => {
  const bytes = await exportModel(MODELS["vit"]!, {
    ...OPTIONS,
    license: "MIT",
    producer: { name: "test", version: "1" },
  });
  const { metadataProps, opsetImport } = messages.ModelProto.decode(bytes);
  const entries = metadataProps.map(({ key, value }) => [key, value]);
  deepStrictEqual(Object.fromEntries(entries), {
    backbone: "tiny-vit",
    layers: "2",
    coordinates: "center",
    imageSize: "96x128",
    paddedSize: "96x128",
    stride: "16",
    pixels: "rgb255",
    queries: "5",
    dtype: "float32",
    betaEval: "auto",
    localizer: '{"kind":"kernelSoftArgmax","sigmaCells":3}',
    normalize: "true",
    paper: "arXiv 2305.02385",
    license: "MIT",
  });
  deepStrictEqual(opsetImport.map(({ domain }) => domain), [""]);
});

Deno.test("exportModel() refuses what it cannot write", async () => {
  const plain: Model = {
    config: MODELS["resnet"]!.config,
    parameters: Object.fromEntries(
      Object.entries(MODELS["resnet"]!.parameters)
        .filter(([name]) => !name.startsWith("temperature.")),
    ),
  };
  const wrong: readonly (readonly [Model, Partial<ExportModelOptions>])[] = [
    [MODELS["vit"]!, { imageSize: [96, 120] }],
    [MODELS["resnet"]!, { imageSize: [8, 96] }],
    [MODELS["resnet"]!, { imageSize: [16, 16] }],
    [MODELS["resnet"]!, { imageSize: [10_016, 10_016] }],
    [MODELS["resnet"]!, { queries: 0 }],
    [MODELS["resnet"]!, { dtype: "int8" as "float16" }],
    [MODELS["resnet"]!, { pixels: "bgr" as "rgb255" }],
    [MODELS["resnet"]!, { betaEval: 0 }],
    [plain, {}],
  ];
  for (const [model, change] of wrong) {
    await rejects(exportModel(model, { ...OPTIONS, ...change }), OptionError);
  }
  await rejects(
    exportModel(MODELS["vit"]!, { ...OPTIONS, imageSize: [96, 120] }),
    {
      message:
        'exportModel(): "imageSize" must be multiples of the patch of tiny-vit, 16: got 96,120',
    },
  );
});
