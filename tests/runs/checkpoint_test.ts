import { deepStrictEqual, equal, match, ok, throws } from "node:assert/strict";
import { OptionError, ShapeError } from "../../src/core/errors.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  type SafetensorsFile,
} from "../../src/data/safetensors.ts";
import { checkArchitecture } from "../../src/runs/check_architecture.ts";
import type { Checkpoint } from "../../src/runs/checkpoint.ts";
import { decodeCheckpoint } from "../../src/runs/decode_checkpoint.ts";
import { encodeCheckpoint } from "../../src/runs/encode_checkpoint.ts";
import { readCheckpoint } from "../../src/runs/read_checkpoint.ts";
import { writeCheckpoint } from "../../src/runs/write_checkpoint.ts";
import { exampleCheckpoint, inFolder, left, right } from "./_helpers.ts";

const FILE = "runs/a/last.safetensors";

/** The example's bytes after `change` was made to the decoded file. */
function changed(
  change: (file: SafetensorsFile) => SafetensorsFile,
): Uint8Array {
  const bytes = encodeCheckpoint(exampleCheckpoint());
  const { tensors, metadata } = change(right(decodeSafetensors(bytes, FILE)));
  return encodeSafetensors(tensors, metadata);
}

function withMetadata(key: string, text: string): Uint8Array {
  return changed(({ tensors, metadata }) => ({
    tensors,
    metadata: { ...metadata, [key]: text },
  }));
}

Deno.test("encodeCheckpoint() and decodeCheckpoint() keep every bit and field", () => {
  const checkpoint = exampleCheckpoint();
  const decoded = right(decodeCheckpoint(encodeCheckpoint(checkpoint), FILE));
  // Strict deep equality tells -0 from 0 and denormals from 0.
  deepStrictEqual(decoded, checkpoint);
});

Deno.test("encodeCheckpoint() keeps a checkpoint without optimiser and best", () => {
  const { adam: _, ...rest } = exampleCheckpoint();
  const checkpoint: Checkpoint = { ...rest, best: null };
  const decoded = right(decodeCheckpoint(encodeCheckpoint(checkpoint), FILE));
  deepStrictEqual(decoded, checkpoint);
  equal("adam" in decoded, false);
});

Deno.test("encodeCheckpoint() gives equal bytes whatever the order of names", () => {
  const checkpoint = exampleCheckpoint();
  const parameters = Object.fromEntries(
    Object.entries(checkpoint.parameters).reverse(),
  );
  deepStrictEqual(
    encodeCheckpoint({ ...checkpoint, parameters }),
    encodeCheckpoint(checkpoint),
  );
});

Deno.test("encodeCheckpoint() writes the documented names and keys", () => {
  const bytes = encodeCheckpoint(exampleCheckpoint());
  const { tensors, metadata } = right(decodeSafetensors(bytes, FILE));
  deepStrictEqual(Object.keys(tensors).sort(), [
    "adam.m.layer1.0.conv1.weight",
    "adam.m.temperature.beta",
    "adam.v.layer1.0.conv1.weight",
    "adam.v.temperature.beta",
    "parameters.layer1.0.bn1.running_mean",
    "parameters.layer1.0.conv1.weight",
    "parameters.temperature.beta",
  ]);
  equal(metadata["simsc.version"], "1");
  deepStrictEqual(Object.keys(metadata).sort(), [
    "simsc.architecture",
    "simsc.config",
    "simsc.state",
    "simsc.version",
  ]);
});

Deno.test("encodeCheckpoint() refuses counters, metrics and moments out of range", () => {
  const good = exampleCheckpoint();
  const adam = good.adam!;
  const wrong: Checkpoint[] = [
    { ...good, step: -1 },
    { ...good, epoch: 0.5 },
    { ...good, order: { seed: NaN, position: 0 } },
    { ...good, best: { name: "pck", value: NaN, step: 1 } },
    { ...good, adam: { ...adam, step: Infinity } },
    { ...good, adam: { ...adam, m: {} } },
    { ...good, adam: { ...adam, v: {} } },
    { ...good, parameters: {} },
  ];
  for (const checkpoint of wrong) {
    throws(() => encodeCheckpoint(checkpoint), OptionError);
  }
  const parameters = { x: { shape: [3], data: new Float32Array(2) } };
  const { adam: _, ...rest } = good;
  throws(() => encodeCheckpoint({ ...rest, parameters }), ShapeError);
});

Deno.test("decodeCheckpoint() refuses a file cut at any byte", () => {
  const bytes = encodeCheckpoint(exampleCheckpoint());
  for (let length = 0; length < bytes.length; length += 7) {
    const error = left(decodeCheckpoint(bytes.subarray(0, length), FILE));
    equal(error._tag, "MalformedFile");
    ok(error.message.startsWith(`${FILE}: "`));
  }
  const longer = new Uint8Array(bytes.length + 1);
  longer.set(bytes);
  equal(left(decodeCheckpoint(longer, FILE))._tag, "MalformedFile");
});

Deno.test("decodeCheckpoint() names both versions of a file of another one", () => {
  const error = left(
    decodeCheckpoint(withMetadata("simsc.version", "2"), FILE),
  );
  deepStrictEqual(error, {
    _tag: "OtherVersion",
    file: FILE,
    field: "simsc.version",
    found: "2",
    wanted: "1",
    message: `${FILE}: "simsc.version" must be 1: got 2`,
  });
});

Deno.test("decodeCheckpoint() refuses plain weights", () => {
  const weights = encodeSafetensors({
    "conv1.weight": { shape: [1], data: Float32Array.of(1) },
  });
  const error = left(decodeCheckpoint(weights, FILE));
  equal(
    error.message,
    `${FILE}: "simsc.version" must be 1 (a checkpoint of a run): got nothing`,
  );
});

Deno.test("decodeCheckpoint() names the field that is wrong", () => {
  const state = {
    step: 1,
    epoch: 0,
    order: { seed: 0, position: 0 },
    best: null,
    adam: { step: 1 },
  };
  const cases: [string, unknown, string][] = [
    ["simsc.state", { ...state, step: -1 }, "simsc.state.step"],
    ["simsc.state", { ...state, epoch: "0" }, "simsc.state.epoch"],
    ["simsc.state", { ...state, order: [] }, "simsc.state.order"],
    [
      "simsc.state",
      { ...state, order: { seed: 0 } },
      "simsc.state.order.position",
    ],
    ["simsc.state", { ...state, best: { name: "pck" } }, "simsc.state.best"],
    ["simsc.state", { ...state, best: undefined }, "simsc.state.best"],
    ["simsc.state", { ...state, adam: {} }, "simsc.state.adam.step"],
    ["simsc.state", { ...state, adam: undefined }, "simsc.state.adam"],
    ["simsc.config", [], "simsc.config"],
    [
      "simsc.architecture",
      { temperature: {} },
      "simsc.architecture.backbone",
    ],
    [
      "simsc.architecture",
      { backbone: {}, temperature: 0.02 },
      "simsc.architecture.temperature",
    ],
  ];
  for (const [key, value, field] of cases) {
    const bytes = withMetadata(key, JSON.stringify(value));
    const error = left(decodeCheckpoint(bytes, FILE));
    ok(error._tag === "MalformedFile");
    equal(error.field, field);
  }
  const torn = left(decodeCheckpoint(withMetadata("simsc.config", "{"), FILE));
  match(torn.message, /"simsc.config" must be a JSON object/);
});

Deno.test("decodeCheckpoint() refuses tensors that do not belong together", () => {
  const one = { shape: [1], data: Float32Array.of(1) };
  const cases: [string, string][] = [
    ["momentum.x", "momentum.x"],
    ["adam.m.x", "adam.m.x"],
    ["adam.v.temperature.beta", "adam.v.temperature.beta"],
    [
      "adam.m.layer1.0.bn1.running_mean",
      "adam.m.layer1.0.bn1.running_mean",
    ],
  ];
  for (const [name, field] of cases) {
    const bytes = changed(({ tensors, metadata }) => ({
      tensors: { ...tensors, [name]: one },
      metadata,
    }));
    const error = left(decodeCheckpoint(bytes, FILE));
    ok(error._tag === "MalformedFile");
    equal(error.field, field);
  }
});

Deno.test("checkArchitecture() accepts the same model, members in any order", () => {
  const checkpoint = exampleCheckpoint();
  const { backbone, temperature } = checkpoint.architecture;
  const turned = Object.fromEntries(Object.entries(backbone).reverse());
  const shapes = Object.fromEntries(
    Object.entries(checkpoint.parameters).map(([k, { shape }]) => [k, shape]),
  );
  const wanted = { backbone: turned, temperature, shapes };
  equal(right(checkArchitecture(checkpoint, wanted, FILE)), checkpoint);
});

Deno.test("checkArchitecture() takes a checkpoint without a kind for a ResNet", () => {
  const checkpoint = exampleCheckpoint();
  const { backbone } = checkpoint.architecture;
  const wanted = (change: object) => ({
    ...checkpoint.architecture,
    backbone: { ...backbone, kind: "resnet", outputs: [3], ...change },
  });
  equal(right(checkArchitecture(checkpoint, wanted({}), FILE)), checkpoint);
  const other = wanted({ outputs: [2] });
  const { message } = left(checkArchitecture(checkpoint, other, FILE));
  equal(message, `${FILE}: "backbone.outputs[0]" must be 2: got 3`);
});

Deno.test("checkArchitecture() names file, field and both values", () => {
  const checkpoint = exampleCheckpoint();
  const { backbone, temperature } = checkpoint.architecture;
  const cases: [Parameters<typeof checkArchitecture>[1], string][] = [
    [
      { backbone: { ...backbone, width: 32 }, temperature },
      '"backbone.width" must be 32: got 64',
    ],
    [
      { backbone: { ...backbone, layers: [3, 4] }, temperature },
      '"backbone.layers[2]" must be nothing: got 6',
    ],
    [
      { backbone: { ...backbone, layers: { 0: 3, 1: 4, 2: 6 } }, temperature },
      '"backbone.layers" must be {"0":3,"1":4,"2":6}: got [3,4,6]',
    ],
    [
      { backbone: { ...backbone, pretrained: "dino" }, temperature },
      '"backbone.pretrained" must be "dino": got nothing',
    ],
    [
      { backbone, temperature: { kind: "single" } },
      '"temperature.kind" must be "single": got "mlp"',
    ],
    [
      { backbone, temperature, shapes: { "temperature.beta": [1] } },
      '"parameters.temperature.beta" must be "[1]": got "[]"',
    ],
  ];
  for (const [wanted, message] of cases) {
    const error = left(checkArchitecture(checkpoint, wanted, FILE));
    equal(error._tag, "OtherArchitecture");
    equal(error.message, `${FILE}: ${message}`);
  }
});

Deno.test("writeCheckpoint() and readCheckpoint() leave one file and no other", () =>
  inFolder(async (folder) => {
    const file = `${folder}/last.safetensors`;
    const checkpoint = exampleCheckpoint();
    right(await writeCheckpoint(file, checkpoint)());
    right(await writeCheckpoint(file, { ...checkpoint, step: 121 })());
    const read = right(await readCheckpoint(file)());
    deepStrictEqual(read, { ...checkpoint, step: 121 });
    const names = [...Deno.readDirSync(folder)].map((entry) => entry.name);
    deepStrictEqual(names, ["last.safetensors"]);
  }));

Deno.test("writeCheckpoint() keeps the earlier file when the run diverged", () =>
  inFolder(async (folder) => {
    const file = `${folder}/last.safetensors`;
    const good = exampleCheckpoint();
    right(await writeCheckpoint(file, good)());
    const nan = { shape: [2], data: Float32Array.of(0, NaN) };
    const { adam: _, ...rest } = good;
    const broken = { ...rest, parameters: { w: nan } };
    const error = left(await writeCheckpoint(file, broken)());
    equal(error._tag, "NotFinite");
    equal(
      error.message,
      `${file}: "parameters.w" must be finite: got NaN at element 1`,
    );
    deepStrictEqual(right(await readCheckpoint(file)()), good);
  }));

Deno.test("writeCheckpoint() leaves no partial file when the target is refused", () =>
  inFolder(async (folder) => {
    // A folder of the same name cannot be replaced by a file, even for root.
    await Deno.mkdir(`${folder}/last.safetensors/inside`, { recursive: true });
    const file = `${folder}/last.safetensors`;
    left(await writeCheckpoint(file, exampleCheckpoint())());
    const names = [...Deno.readDirSync(folder)].map((entry) => entry.name);
    deepStrictEqual(names, ["last.safetensors"]);
  }));

Deno.test("readCheckpoint() names a file that is not there", async () => {
  const error = left(await readCheckpoint("no/such/last.safetensors")());
  equal(error._tag, "MissingFile");
});
