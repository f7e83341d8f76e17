import { deepStrictEqual, throws } from "node:assert/strict";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { referenceBackend } from "../../src/backends/reference.ts";
import { OptionError } from "../../src/core/errors.ts";
import {
  type BackboneConfig,
  backboneConfig,
} from "../../src/nn/backbone_config.ts";
import { backboneFeatures } from "../../src/nn/backbone_features.ts";
import { backboneHead, backboneTrunk } from "../../src/nn/backbone_trunk.ts";
import { initBackbone } from "../../src/nn/init_backbone.ts";
import { trainable } from "../../src/nn/trainable.ts";
import { drawn, eachBackend, put } from "../_helpers.ts";
import { assertNear, upload } from "./_goldens.ts";

const IMAGES = drawn(5, [2, 3, 32, 48]);

const VIT = {
  ...backboneConfig("tiny-vit"),
  dim: 12,
  grid: 2,
  registers: 2,
  layerScale: true,
  norm: true,
} as BackboneConfig;

const CONFIGS: Readonly<Record<string, BackboneConfig>> = {
  "a ResNet": { ...backboneConfig("tiny"), width: 2 } as BackboneConfig,
  "layers of a ResNet": {
    ...backboneConfig("tiny", { layers: [1, 3] }),
    width: 2,
  } as BackboneConfig,
  "a ViT": VIT,
  "blocks of a ViT": { ...VIT, outputs: [0, 1] },
};

for (const [what, config] of Object.entries(CONFIGS)) {
  const { parameters } = initBackbone(xoroshiro128plus(2), config);
  const names = Object.keys(parameters);
  const trained = trainable(names, { config, scope: "last" });
  const only = (names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, parameters[name]!]));

  eachBackend(
    `backboneHead() of backboneTrunk() is backboneFeatures() of ${what}`,
    async (be) => {
      const images = put(be, IMAGES);
      const all = upload(be, parameters);
      const wanted = backboneFeatures(be, all, images, config);
      const whole = { config, scope: "full" } as const;
      const full = backboneTrunk(be, {}, images, whole);
      deepStrictEqual(Object.keys(full), ["images"]);
      // Each half has its own parameters alone (and the final norm).
      const cut = { config, scope: "last" } as const;
      const frozen = names.filter((name) => !trained.includes(name));
      const trunk = backboneTrunk(be, upload(be, only(frozen)), images, cut);
      const own = names.filter((name) =>
        trained.includes(name) || name.startsWith("norm.")
      );
      const got = backboneHead(be, upload(be, only(own)), trunk, cut);
      const again = backboneHead(be, all, full, whole);
      const [a, b, c] = await be.read([wanted, got, again]);
      deepStrictEqual(be.shape(got), be.shape(wanted));
      assertNear(b!, a!, 1e-6);
      assertNear(c!, a!, 1e-6);
    },
  );
}

eachBackend(
  "backboneTrunk() of one image is its part of a batch",
  async (be) => {
    const config = CONFIGS["blocks of a ViT"]!;
    const cut = { config, scope: "last" } as const;
    const { parameters } = initBackbone(xoroshiro128plus(2), config);
    const all = upload(be, parameters);
    const both = backboneTrunk(be, all, put(be, IMAGES), cut);
    deepStrictEqual(be.shape(both["x"]!), [2, 2, 3, 12]);
    deepStrictEqual(be.shape(both["tokens"]!), [2, 3, 12]);
    deepStrictEqual(be.shape(both["maps.0"]!), [2, 12, 2, 3]);
    const second = be.tensor(
      IMAGES.data.slice(IMAGES.data.length / 2),
      [1, 3, 32, 48],
    );
    const alone = backboneTrunk(be, all, second, cut);
    for (const [name, part] of Object.entries(alone)) {
      const [batch = [], one = []] = await be.read([both[name]!, part]);
      assertNear(one, batch.slice(batch.length / 2), 1e-5);
    }
  },
);

Deno.test("backboneTrunk() and backboneHead() name what is missing", () => {
  const be = referenceBackend();
  const config = CONFIGS["a ViT"]!;
  const images = put(be, IMAGES);
  const wrong = { config, scope: "half" as "last" };
  throws(() => backboneTrunk(be, {}, images, wrong), OptionError);
  throws(() => backboneHead(be, {}, {}, wrong), OptionError);
  throws(
    () => backboneHead(be, {}, {}, { config, scope: "last" }),
    /"trunk" must be a map with "x": got none/,
  );
});
