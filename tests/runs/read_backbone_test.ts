import { deepStrictEqual, equal, match, ok } from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { encodeSafetensors } from "../../src/data/safetensors.ts";
import type { NamedTensors } from "../../src/data/safetensors.ts";
import type { BackboneConfig } from "../../src/nn/backbone_config.ts";
import { backboneConfig } from "../../src/nn/backbone_config.ts";
import { backboneShapes } from "../../src/nn/backbone_shapes.ts";
import { readBackbone } from "../../src/runs/read_backbone.ts";
import { inFolder, left, right } from "./_helpers.ts";

const MODELS = fileURLToPath(
  new URL("../fixtures/goldens/models", import.meta.url),
);

/** The architecture of `tiny-ibot.json`. */
const IBOT: BackboneConfig = {
  kind: "vit",
  name: "tiny-ibot",
  dim: 24,
  depth: 2,
  heads: 3,
  patch: 16,
  grid: 3,
  positions: "dino",
  registers: 0,
  layerScale: false,
  outputs: [1],
  norm: false,
};

Deno.test("readBackbone() reads the same from a wrapped checkpoint", async () => {
  const safe = right(
    await readBackbone(`${MODELS}/tiny-ibot.safetensors`, IBOT)(),
  );
  const pth = right(await readBackbone(`${MODELS}/tiny-ibot.pth`, IBOT)());
  deepStrictEqual(pth, safe);
  deepStrictEqual(
    Object.keys(pth).sort(),
    Object.keys(backboneShapes(IBOT)).sort(),
  );
});

Deno.test("readBackbone() lists what is missing, extra and mis-shaped by name", async () => {
  const other = { ...IBOT, depth: 3, dim: 48 };
  const error = left(
    await readBackbone(`${MODELS}/tiny-ibot.pth`, other)(),
  );
  match(
    error.message,
    /tiny-ibot\.pth: "tensors" must be those of tiny-ibot: got those of no backbone/,
  );
  match(error.message, /12 missing: blocks\.2\.norm1\.weight, /);
  match(error.message, /cls_token \[1,1,24\] instead of \[1,1,48\]/);
  match(error.message, /known, read as dino behind "module\.backbone\."/);
  ok(error.message.length < 450, error.message);

  await inFolder(async (folder) => {
    const config = backboneConfig("tiny");
    const tensors: NamedTensors = Object.fromEntries(
      [
        ...Object.entries(backboneShapes(config)),
        ["adapter.weight", [2]] as const,
        ["fc.weight", [2]] as const,
      ].map(([name, shape]) => [
        `net.${name}`,
        { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) },
      ]),
    );
    const file = join(folder, "w.bin");
    await writeFile(file, encodeSafetensors(tensors));
    match(
      left(await readBackbone(file, config)()).message,
      /read as torchvision behind "net\.": .* do not fit tiny: 1 not asked for: adapter\.weight$/,
    );
    const { "net.adapter.weight": _, ...fine } = tensors;
    await writeFile(file, encodeSafetensors(fine));
    equal("fc.weight" in right(await readBackbone(file, config)()), false);
    equal(
      left(await readBackbone(file, backboneConfig("resnet50"))()).message,
      `${file}: "tensors" must be those of resnet50: got those of tiny`,
    );
  });
});
