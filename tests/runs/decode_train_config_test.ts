import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { DATA_FORMATS } from "../../src/data/read_pairs.ts";
import { decodeTrainConfig } from "../../src/runs/decode_train_config.ts";
import {
  drawnDefaults,
  modelConfig,
  paperDefaults,
} from "../../src/runs/train_config.ts";
import { left, right } from "./_helpers.ts";

const decode = (change: object) =>
  decodeTrainConfig({ ...paperDefaults, ...change }, "config.json");

Deno.test("decodeTrainConfig() takes what the library writes, through JSON", () => {
  for (const config of [paperDefaults, drawnDefaults]) {
    const json: unknown = JSON.parse(JSON.stringify(config));
    deepStrictEqual(right(decodeTrainConfig(json, "config.json")), config);
  }
});

Deno.test("decodeTrainConfig() fills in what files before a choice lack", () => {
  const { accumulate: _, clipNorm: __, ...older } = paperDefaults;
  deepStrictEqual(right(decodeTrainConfig(older, "config.json")), {
    ...paperDefaults,
    accumulate: 1,
    clipNorm: null,
  });
});

Deno.test("decodeTrainConfig() takes every kind of temperature", () => {
  const temperatures = [
    { kind: "mlp" },
    { kind: "mlp", hidden: 8 },
    { kind: "single", start: 0.5 },
    { kind: "fixed", beta: 0.02 },
  ];
  for (const temperature of temperatures) {
    const config = right(decode({ temperature }));
    deepStrictEqual(modelConfig(config).temperature, temperature);
  }
});

Deno.test("decodeTrainConfig() names the field that is wrong", () => {
  const wrong: readonly (readonly [field: string, value: unknown])[] = [
    ["data", ""],
    ["format", "coco"],
    ["reading", { oneBased: "maybe" }],
    ["augment", ["blur"]],
    ["augment", ["mirror", "mirror"]],
    ["augment", "mirror"],
    ["reading", { layout: "large", other: 1 }],
    ["reading", "large"],
    ["trainSplit", 3],
    ["backbone", "resnet152"],
    ["weights", ""],
    ["scope", "some"],
    ["temperature", "mlp"],
    ["temperature", { kind: "mlp", hidden: 0 }],
    ["temperature", { kind: "single" }],
    ["temperature", { kind: "single", start: 0 }],
    ["temperature", { kind: "fixed", beta: -1 }],
    ["temperature", null],
    ["normalize", "yes"],
    ["epochs", 0],
    ["batch", 1.5],
    ["batch", "4"],
    ["accumulate", 0],
    ["clipNorm", 0],
    ["learningRate", 0],
    ["learningRate", 1e999],
    ["gamma", -0.1],
    ["threshold", 0],
    ["ns", 2],
    ["nk", -1],
    ["sigmaCells", 0],
    ["target", "hard"],
    ["coordinates", "corner"],
    ["size", 15],
    ["size", "original"],
    ["betaEval", 0],
    ["betaEval", "on"],
    ["seed", -1],
    ["seed", 2 ** 53],
    ["validateEvery", 0],
    ["checkpointEvery", 0],
    ["later", 1],
  ];
  for (const [field, value] of wrong) {
    const error = left(decode({ [field]: value }));
    strictEqual(error._tag, "MalformedFile");
    strictEqual("field" in error && error.field, field);
    match(error.message, /^config\.json: ".+" must be .+: got .+$/);
  }
});

Deno.test("decodeTrainConfig() wants every other field", () => {
  for (const field of Object.keys(paperDefaults)) {
    if (field === "accumulate" || field === "clipNorm") continue;
    const { [field as "seed"]: _, ...rest } = paperDefaults;
    const error = left(decodeTrainConfig(rest, "config.json"));
    strictEqual("field" in error && error.field, field);
    match(error.message, /: got nothing$/);
  }
});

Deno.test("decodeTrainConfig() wants an object", () => {
  for (const json of [null, 3, "config", []]) {
    left(decodeTrainConfig(json, "config.json"));
  }
});

Deno.test("decodeTrainConfig() takes every format, and choices on reading", () => {
  for (const format of DATA_FORMATS) {
    strictEqual(right(decode({ format })).format, format);
  }
  const reading = { oneBased: "shift", mirrorRule: "exact", layout: "small" };
  deepStrictEqual(right(decode({ reading })).reading, reading);
});
