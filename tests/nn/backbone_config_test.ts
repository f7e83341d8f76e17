import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { OptionError } from "../../src/core/errors.ts";
import {
  BACKBONE_NAMES,
  backboneConfig,
  type VitBackbone,
} from "../../src/nn/backbone_config.ts";
import {
  backboneChannels,
  backboneCoordinates,
  backboneStride,
} from "../../src/nn/backbone_geometry.ts";
import { backboneShapes } from "../../src/nn/backbone_shapes.ts";
import { checkParameters } from "../../src/nn/check_parameters.ts";
import { trainable } from "../../src/nn/trainable.ts";
import type { VitArchitecture } from "../../src/nn/vit_config.ts";
import { golden, goldenWeights } from "./_goldens.ts";

const vit = (name: string) => backboneConfig(name) as VitBackbone;

Deno.test("backboneConfig() knows the tables of the published transformers", () => {
  // Rows of pos_embed and its width, as the checkpoints hold them.
  const tables = {
    "dino-vits16": [197, 384],
    "dino-vits8": [785, 384],
    "dino-vitb16": [197, 768],
    "dino-vitb8": [785, 768],
    "ibot-vits16": [197, 384],
    "ibot-vitb16": [197, 768],
    "dinov2-vits14": [1370, 384],
    "dinov2-vitb14": [1370, 768],
    "dinov2-vitl14": [1370, 1024],
    "dinov2-vitl14-reg": [1370, 1024],
  };
  for (const [name, table] of Object.entries(tables)) {
    deepStrictEqual(backboneShapes(vit(name))["pos_embed"], [1, ...table]);
  }
  const large = vit("dinov2-vitl14-reg");
  deepStrictEqual([large.depth, large.heads], [24, 16]);
  deepStrictEqual(backboneShapes(large)["register_tokens"], [1, 4, 1024]);
  strictEqual("blocks.23.ls2.gamma" in backboneShapes(large), true);
  strictEqual("blocks.0.ls1.gamma" in backboneShapes(vit("dino-vits8")), false);
});

Deno.test("backboneConfig() ties positions and the final norm to the family", () => {
  for (const name of BACKBONE_NAMES) {
    const config = backboneConfig(name);
    if (config.kind === "resnet") continue;
    const { positions, norm } = config;
    strictEqual(positions === "size-antialias", name.endsWith("-reg"), name);
    strictEqual(norm, name.startsWith("dinov2"), name);
  }
});

Deno.test("backboneConfig() takes layers in the order they run, each once", () => {
  const { outputs } = backboneConfig("dino-vits16", { layers: [11, 3, 3] });
  deepStrictEqual(outputs, [3, 11]);
  deepStrictEqual(backboneConfig("dino-vits16").outputs, [11]);
  deepStrictEqual(backboneConfig("resnet101").outputs, [3]);
});

Deno.test("backboneConfig() refuses what its network has not", () => {
  throws(() => backboneConfig("vgg16"), OptionError);
  throws(() => backboneConfig("resnet18", { layers: [4] }), OptionError);
  throws(() => backboneConfig("dino-vits8", { layers: [12] }), OptionError);
  throws(() => backboneConfig("dino-vits8", { layers: [] }), OptionError);
  throws(() => backboneConfig("resnet18", { norm: true }), OptionError);
});

Deno.test("backboneChannels() and backboneStride() follow what is read", () => {
  const of = (name: string, ...layers: number[]) => {
    const config = backboneConfig(name, { layers });
    return [backboneChannels(config), backboneStride(config)];
  };
  deepStrictEqual(of("resnet18", 3), [256, 16]);
  deepStrictEqual(of("resnet50", 1), [256, 4]);
  deepStrictEqual(of("resnet50", 2, 3), [512 + 1024, 8]);
  deepStrictEqual(of("resnet50", 1, 2, 3), [256 + 512 + 1024, 4]);
  deepStrictEqual(of("dino-vitb8", 11), [768, 8]);
  deepStrictEqual(of("dinov2-vitl14", 5, 23), [2048, 14]);
});

Deno.test("backboneCoordinates() is exact for the network", () => {
  strictEqual(backboneCoordinates(backboneConfig("resnet18")), "simple");
  strictEqual(backboneCoordinates(backboneConfig("dinov2-vits14")), "center");
});

Deno.test("checkParameters() accepts every reference transformer, masks and all", async () => {
  for (
    const name of ["tiny-dino", "tiny-ibot", "tiny-dinov2", "tiny-dinov2-reg"]
  ) {
    const { config } = await golden<{ config: VitArchitecture }>(
      `models/${name}.json`,
    );
    const weights = await goldenWeights(name);
    const whole = { ...vit("tiny-vit"), name, ...config };
    strictEqual(checkParameters(weights, whole)._tag, "Right", name);
    const other = checkParameters(weights, { ...whole, depth: 1 });
    strictEqual(other._tag, "Left", name);
  }
});

Deno.test("checkParameters() tells a transformer of another patch by its tensors", () => {
  const shapes = Object.entries(backboneShapes(vit("dino-vits8")));
  const file = Object.fromEntries(
    shapes.map(([name, shape]) => [name, { shape }]),
  );
  const result = checkParameters(file, vit("dino-vits16"));
  if (result._tag === "Right") throw new Error("accepted");
  deepStrictEqual(result.left.misshaped, [
    { name: "pos_embed", wanted: [1, 197, 384], got: [1, 785, 384] },
    {
      name: "patch_embed.proj.weight",
      wanted: [384, 3, 16, 16],
      got: [384, 3, 8, 8],
    },
  ]);
});

Deno.test("trainable() of a ViT is what runs, without the blocks behind", () => {
  const config = { ...vit("dino-vits16"), outputs: [3, 8] };
  const names = [...Object.keys(backboneShapes(config)), "mask_token"];
  const last = trainable(names, { config, scope: "last" });
  strictEqual(last.length, 12);
  strictEqual(last.every((name) => name.startsWith("blocks.8.")), true);
  const full = trainable(names, { config, scope: "full" });
  // Class token, positions, the projection's two, twelve of each of 9 blocks.
  strictEqual(full.length, 4 + 9 * 12);
  const normed = { ...config, norm: true };
  const more = trainable(names, { config: normed, scope: "full" });
  deepStrictEqual(more.slice(-2), ["norm.weight", "norm.bias"]);
  strictEqual(more.length, full.length + 2);
});

Deno.test("trainable() of a ResNet read earlier ends where it is read", () => {
  const config = backboneConfig("resnet18", { layers: [1, 2] });
  const names = Object.keys(backboneShapes(config));
  const full = trainable(names, { config, scope: "full" });
  strictEqual(full.some((name) => name.startsWith("layer3")), false);
  strictEqual(full.includes("conv1.weight"), true);
  const last = trainable(names, { config, scope: "last" });
  strictEqual(last.every((name) => name.startsWith("layer2.1.")), true);
  strictEqual(last.length, 4);
});
