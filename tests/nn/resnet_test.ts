import { deepStrictEqual, throws } from "node:assert/strict";
import { referenceBackend } from "../../src/backends/reference.ts";
import { OptionError, ShapeError } from "../../src/core/errors.ts";
import { resnet } from "../../src/nn/resnet.ts";
import type { ResnetConfig } from "../../src/nn/resnet_config.ts";
import { resnetBlocks } from "../../src/nn/resnet_blocks.ts";
import { resnetShapes } from "../../src/nn/resnet_shapes.ts";
import {
  assertGolden,
  golden,
  type GoldenTensor,
  goldenWeights,
  upload,
} from "./_goldens.ts";

interface Model {
  readonly config: ResnetConfig;
  readonly cases: readonly {
    readonly input: GoldenTensor;
    readonly features: GoldenTensor;
    readonly tolerance: number;
  }[];
}

for (const name of ["tiny-resnet-basic", "tiny-resnet-bottleneck"]) {
  Deno.test(`resnet() gives PyTorch's features of ${name}`, async () => {
    const backend = referenceBackend();
    const { config, cases } = await golden<Model>(`models/${name}.json`);
    const parameters = upload(backend, await goldenWeights(name));
    for (const { input, features, tolerance } of cases) {
      const images = backend.tensor(input.data, [1, ...input.shape]);
      const got = resnet(backend, parameters, images, config);
      const want = { shape: [1, ...features.shape], data: features.data };
      await assertGolden(backend, got, want, tolerance);
    }
  });

  Deno.test(`resnet() of ${name} is the same with batch norm folded`, async () => {
    const backend = referenceBackend();
    const { config, cases } = await golden<Model>(`models/${name}.json`);
    const plain = await goldenWeights(name);
    const data = (key: string) => plain[key]?.data ?? new Float32Array();
    // w' = w g, b' = beta - mean g, g = gamma / sqrt(var + 1e-5), by plain loops.
    const folded = Object.fromEntries(
      Object.entries(resnetShapes(config, "folded")).map(([key, shape]) => {
        const conv = key.replace(/\.(weight|bias)$/, "");
        const norm = conv.endsWith("downsample.0")
          ? conv.replace(/0$/, "1")
          : conv.replace(/conv(\d)$/, "bn$1");
        const gain = Float64Array.from(
          data(`${norm}.weight`),
          (g, o) => g / Math.sqrt((data(`${norm}.running_var`)[o] ?? 0) + 1e-5),
        );
        const mean = data(`${norm}.running_mean`);
        const values = key.endsWith(".bias")
          ? Float64Array.from(
            data(`${norm}.bias`),
            (b, o) => b - (mean[o] ?? 0) * (gain[o] ?? 0),
          )
          : Float64Array.from(
            data(key),
            (w, i) =>
              w * (gain[Math.floor(i * gain.length / data(key).length)] ?? 0),
          );
        return [key, { shape, data: values }];
      }),
    );
    const [first] = cases;
    if (first === undefined) throw new Error("no case");
    const images = backend.tensor(first.input.data, [1, ...first.input.shape]);
    const got = resnet(backend, upload(backend, folded), images, config);
    const want = {
      shape: [1, ...first.features.shape],
      data: first.features.data,
    };
    await assertGolden(backend, got, want, first.tolerance);
  });
}

Deno.test("resnet() treats each image of a batch alone", async () => {
  const backend = referenceBackend();
  const name = "tiny-resnet-basic";
  const { config, cases } = await golden<Model>(`models/${name}.json`);
  const parameters = upload(backend, await goldenWeights(name));
  const [first] = cases;
  if (first === undefined) throw new Error("no case");
  const data = [...first.input.data.map(() => 0), ...first.input.data];
  const images = backend.tensor(data, [2, ...first.input.shape]);
  const both = resnet(backend, parameters, images, config);
  const size = backend.shape(both).slice(1);
  const second = backend.slice(both, [1, 0, 0, 0], [1, ...size]);
  const want = { shape: [1, ...size], data: first.features.data };
  await assertGolden(backend, second, want, first.tolerance);
});

Deno.test("resnet() names a missing parameter and refuses other images", () => {
  const backend = referenceBackend();
  const config: ResnetConfig = { block: "basic", layers: [1, 1, 1], width: 2 };
  const images = backend.tensor(new Float32Array(3 * 16 * 16), [1, 3, 16, 16]);
  throws(
    () => resnet(backend, {}, images, config),
    new OptionError(
      "resnet",
      "parameters",
      'a map with "conv1.weight"',
      "none",
    ),
  );
  const grey = backend.tensor(new Float32Array(16 * 16), [1, 1, 16, 16]);
  throws(() => resnet(backend, {}, grey, config), ShapeError);
});

Deno.test("resnetBlocks() strides and widens as torchvision's ResNet-50", () => {
  const blocks = resnetBlocks({
    block: "bottleneck",
    layers: [3, 4, 6],
    width: 64,
  });
  deepStrictEqual(blocks.map((b) => b.stride), [
    ...[1, 1, 1],
    ...[2, 1, 1, 1],
    ...[2, 1, 1, 1, 1, 1],
  ]);
  deepStrictEqual(blocks[0], {
    prefix: "layer1.0",
    stride: 1,
    inputs: 64,
    width: 64,
    outputs: 256,
  });
  deepStrictEqual(blocks[7], {
    prefix: "layer3.0",
    stride: 2,
    inputs: 512,
    width: 256,
    outputs: 1024,
  });
});
