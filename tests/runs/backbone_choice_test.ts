import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { OptionError } from "../../src/core/errors.ts";
import {
  BACKBONE_NAMES,
  backboneConfig,
} from "../../src/nn/backbone_config.ts";
import { backboneStride } from "../../src/nn/backbone_geometry.ts";
import {
  checkImageSize,
  chosenBackbone,
  defaultImageSize,
} from "../../src/runs/backbone_choice.ts";
import type { ImageSize } from "../../src/runs/load_image.ts";
import { decodeTrainConfig } from "../../src/runs/decode_train_config.ts";
import { modelConfig, paperDefaults } from "../../src/runs/train_config.ts";
import { left, right } from "./_helpers.ts";

Deno.test("chosenBackbone() is the backbone with what was told", () => {
  const told = { backbone: "ibot-vitb16", layers: [8, 11], finalNorm: true };
  const config = right(chosenBackbone(told, "options"));
  deepStrictEqual(
    config,
    backboneConfig("ibot-vitb16", { layers: [8, 11], norm: true }),
  );
  deepStrictEqual(
    right(chosenBackbone({ backbone: "resnet50" }, "options")),
    backboneConfig("resnet50"),
  );
});

Deno.test("chosenBackbone() names the field that does not go with the name", () => {
  const wrong = [
    ["layers", { backbone: "resnet18", layers: [0] }],
    ["layers", { backbone: "resnet18", layers: [4] }],
    ["layers", { backbone: "dino-vits8", layers: [-1] }],
    ["layers", { backbone: "dinov2-vitl14", layers: [3, 24] }],
    ["layers", { backbone: "dino-vits8", layers: [] }],
    ["finalNorm", { backbone: "resnet18", finalNorm: false }],
  ] as const;
  for (const [field, told] of wrong) {
    const error = left(chosenBackbone(told, "options"));
    strictEqual("field" in error && error.field, field);
  }
  throws(() => chosenBackbone({ backbone: "vgg16" }, "options"), OptionError);
});

Deno.test("checkImageSize() says which sizes are whole patches", () => {
  const vit = backboneConfig("dino-vits16");
  const message = (size: number) =>
    left(checkImageSize(vit, size, "options")).message;
  strictEqual(
    message(250),
    'options: "size" must be a multiple of the patch of dino-vits16, 16, ' +
      "such as 240 or 256: got 250",
  );
  // Not 16, which is one cell.
  strictEqual(message(20).includes("such as 32: got 20"), true);
  const wide = backboneConfig("dinov2-vitb14");
  // Not 10,010, which is too large.
  strictEqual(
    left(checkImageSize(wide, 9_998, "options")).message.endsWith(
      "such as 9996: got 9998",
    ),
    true,
  );
  strictEqual(right(checkImageSize(vit, 224, "options")), 224);
  strictEqual(right(checkImageSize(vit, "original", "options")), "original");
  const resnet = backboneConfig("resnet18");
  strictEqual(right(checkImageSize(resnet, 250, "options")), 250);
});

Deno.test("defaultImageSize() is whole cells near the paper's 256 for each", () => {
  for (const name of BACKBONE_NAMES) {
    const config = backboneConfig(name);
    const size = defaultImageSize(config);
    strictEqual(size % backboneStride(config), 0, name);
    strictEqual(size, name.startsWith("dinov2") ? 252 : 256, name);
  }
});

Deno.test("checkImageSize() wants more than a cell, and no more than fits", () => {
  const resnet = backboneConfig("resnet18");
  const message = (size: ImageSize) =>
    left(checkImageSize(resnet, size, "options")).message;
  strictEqual(
    message(16),
    'options: "size" must be more than 16, one cell of resnet18, and at most ' +
      "10000: got 16",
  );
  strictEqual(message(NaN).endsWith("got NaN"), true);
  strictEqual(message(10_001).endsWith("got 10001"), true);
  strictEqual(
    message({ maxSide: 16 }),
    'options: "maxSide" must be more than 16, one cell of resnet18: got 16',
  );
  strictEqual(right(checkImageSize(resnet, 17, "options")), 17);
  // It only shrinks pictures, so it has no upper bound.
  const large = { maxSide: 20_000 };
  strictEqual(right(checkImageSize(resnet, large, "options")), large);
});

Deno.test("decodeTrainConfig() checks layers, norm and size against the backbone", () => {
  const decode = (change: object) =>
    decodeTrainConfig({ ...paperDefaults, ...change }, "config.json");
  const backbone = "dino-vitb16";
  const config = right(decode({ backbone, layers: [9], finalNorm: true }));
  deepStrictEqual(
    modelConfig(config).backbone,
    backboneConfig(backbone, { layers: [9], norm: true }),
  );
  const wrong = [
    ["layers", { backbone, layers: 9 }],
    ["layers", { backbone, layers: ["9"] }],
    ["layers", { backbone, layers: [12] }],
    ["finalNorm", { finalNorm: "yes" }],
    ["finalNorm", { finalNorm: true }],
    ["size", { backbone: "dinov2-vits14" }],
  ] as const;
  for (const [field, change] of wrong) {
    const error = left(decode(change));
    strictEqual("field" in error && error.field, field);
  }
});
