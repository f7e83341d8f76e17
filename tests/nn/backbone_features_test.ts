import { deepStrictEqual, ok } from "node:assert/strict";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { referenceBackend } from "../../src/backends/reference.ts";
import { crossEntropy } from "../../src/core/cross_entropy.ts";
import { matchMaps } from "../../src/core/match_maps.ts";
import { upsampleCells } from "../../src/nn/_upsample_cells.ts";
import {
  backboneConfig,
  type ResnetBackbone,
  type VitBackbone,
} from "../../src/nn/backbone_config.ts";
import { backboneFeatures } from "../../src/nn/backbone_features.ts";
import { initBackbone } from "../../src/nn/init_backbone.ts";
import { initVit } from "../../src/nn/init_vit.ts";
import { vit } from "../../src/nn/vit.ts";
import { assertGradient, drawn, eachBackend, put } from "../_helpers.ts";
import {
  assertNear,
  golden,
  type GoldenTensor,
  goldenWeights,
  upload,
} from "./_goldens.ts";

/** Columns of a map `[1, C, h, w]`, each over its norm. */
function normalized(data: ArrayLike<number>, channels: number): number[] {
  const cells = data.length / channels;
  return Array.from(data).map((value, index) => {
    const cell = index % cells;
    let squares = 0;
    for (let c = 0; c < channels; c++) squares += data[c * cells + cell]! ** 2;
    return value / Math.sqrt(squares);
  });
}

Deno.test("backboneFeatures() of several blocks is each of them, normalised", async () => {
  const be = referenceBackend();
  const { config, cases } = await golden<{
    config: VitBackbone;
    cases: readonly { input: GoldenTensor }[];
  }>("models/tiny-dino.json");
  const parameters = upload(be, await goldenWeights("tiny-dino"));
  const { shape, data } = cases[1]!.input;
  const images = be.tensor(data, [1, ...shape]);
  for (const norm of [false, true]) {
    const several = {
      ...backboneConfig("tiny-vit") as VitBackbone,
      ...config,
      norm,
      outputs: [0, 2],
    };
    const both = backboneFeatures(be, parameters, images, several);
    deepStrictEqual([...be.shape(both)], [1, 48, 6, 5]);
    const wanted = [0, 2].flatMap((layer) => {
      const map = vit(be, parameters, images, { ...config, norm, layer });
      return normalized(map.data, 24);
    });
    assertNear(both.data, wanted, 1e-12);
  }
});

Deno.test("upsampleCells() puts coarse cell i on fine cell i times the factor", async () => {
  const be = referenceBackend();
  // Rows 0 and 10, columns 0, 1, 2: value = 10 row + column, so that the fine
  // cell (y, x) holds 10 y / 2 + x / 2, up to the last coarse cell.
  const map = be.tensor([0, 1, 2, 10, 11, 12], [1, 1, 2, 3]);
  const fine = upsampleCells(be, map, { factor: 2, to: [4, 5] });
  const [values = []] = await be.read([fine]);
  assertNear(values, [
    ...[0, 0.5, 1, 1.5, 2],
    ...[5, 5.5, 6, 6.5, 7],
    ...[10, 10.5, 11, 11.5, 12],
    ...[10, 10.5, 11, 11.5, 12],
  ], 1e-12);
});

eachBackend(
  "backboneFeatures() of layers of a ResNet are on the finest grid",
  async (be) => {
    const whole = {
      ...backboneConfig("tiny") as ResnetBackbone,
      width: 2,
    };
    const { parameters } = initBackbone(xoroshiro128plus(6), whole);
    const all = upload(be, parameters);
    const images = put(be, drawn(1, [1, 3, 40, 48]));
    const of = (...outputs: number[]) =>
      backboneFeatures(be, all, images, { ...whole, outputs });
    const several = of(1, 2, 3);
    deepStrictEqual([...be.shape(several)], [1, 2 + 4 + 8, 10, 12]);
    const [got = [], ...single] = await be.read([several, of(1), of(2), of(3)]);
    // On the cells that a coarse cell is centred on, the map is that cell.
    const [first = [], , third = []] = single;
    assertNear(got.slice(0, 240), normalized(first, 2), 1e-4);
    const coarse = normalized(third, 8);
    for (let c = 0; c < 8; c++) {
      for (let y = 0; y < 3; y++) {
        for (let x = 0; x < 3; x++) {
          const place = (6 + c) * 120 + 4 * y * 12 + 4 * x;
          assertNear([got[place]!], [coarse[c * 9 + y * 3 + x]!], 1e-4);
        }
      }
    }
  },
);

Deno.test("backboneFeatures() of a ViT has the gradient of central differences", () => {
  // The whole way: patches, positions, registers, LayerScale, attention, final
  // norm, then scores and cross-entropy. A fixed temperature, since gradients
  // stop before the module's.
  const config: VitBackbone = {
    kind: "vit",
    name: "minute",
    dim: 4,
    depth: 2,
    heads: 2,
    patch: 2,
    grid: 1,
    positions: "dino",
    registers: 1,
    layerScale: true,
    outputs: [0, 1],
    norm: true,
  };
  const { parameters } = initVit(xoroshiro128plus(5), config);
  const inputs = Object.fromEntries(
    Object.entries(parameters).map(([name, { shape }], index) =>
      [name, drawn(index, shape, [-0.8, 0.9])] as const
    ),
  );
  const images = drawn(70, [2, 3, 4, 6]);
  const queries = drawn(71, [1, 2, 2], [0.1, 0.9]);
  const points = drawn(72, [1, 2, 2], [0.1, 0.9]);
  assertGradient(inputs, (be, tensors) => {
    const features = backboneFeatures(be, tensors, put(be, images), config);
    const part = (index: number) =>
      be.slice(features, [index, 0, 0, 0], [1, 8, 2, 3]);
    const maps = matchMaps(be, {
      featuresA: part(0),
      featuresB: part(1),
      queries: put(be, queries),
    }, { betaA: 0.5, betaB: 0.5 });
    return crossEntropy(be, { maps, points: put(be, points) }, {
      ns: 3,
      nk: 5,
      target: "sampled",
    });
  });
});

Deno.test("initVit() starts as DINO does", () => {
  const config = backboneConfig("tiny-vit") as VitBackbone;
  const generator = xoroshiro128plus(3);
  const { parameters } = initVit(generator, { ...config, layerScale: true });
  const of = (name: string) => parameters[name]!.data;
  const qkv = of("blocks.1.attn.qkv.weight");
  const mean = qkv.reduce((a, b) => a + b, 0) / qkv.length;
  const variance = qkv.reduce((a, b) => a + b * b, 0) / qkv.length;
  ok(Math.abs(mean) < 4 * 0.02 / Math.sqrt(qkv.length));
  // A normal distribution cut at two deviations keeps 0.8796 of each.
  ok(Math.abs(Math.sqrt(variance) / 0.02 - 0.8796) < 0.02);
  ok(qkv.every((x) => Math.abs(x) <= 0.04));
  ok(of("blocks.1.attn.qkv.bias").every((x) => x === 0));
  ok(of("blocks.1.norm2.weight").every((x) => x === 1));
  ok(of("blocks.1.ls1.gamma").every((x) => x === 1));
  // 1 / sqrt(3 * 16 * 16).
  const projection = of("patch_embed.proj.weight");
  const most = projection.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  ok(most <= 1 / Math.sqrt(768) && most > 0.99 / Math.sqrt(768));
  const again = initVit(generator, { ...config, layerScale: true });
  deepStrictEqual(again.parameters, parameters);
});
