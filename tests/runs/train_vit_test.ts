// The training step and the train command with a vision transformer.
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { Backend } from "../../src/backends/backend.ts";
import { referenceBackend } from "../../src/backends/reference.ts";
import {
  backboneConfig,
  type VitBackbone,
} from "../../src/nn/backbone_config.ts";
import { trainable, type TrainableScope } from "../../src/nn/trainable.ts";
import { rateTensors } from "../../src/runs/_take_step.ts";
import { createBackend } from "../../src/runs/create_backend.ts";
import type { StepRow } from "../../src/runs/log_row.ts";
import { initModel, type ModelConfig } from "../../src/runs/model.ts";
import { readCheckpoint } from "../../src/runs/read_checkpoint.ts";
import { readLog } from "../../src/runs/read_log.ts";
import { readTrainConfig } from "../../src/runs/read_train_config.ts";
import { paperDefaults } from "../../src/runs/train_config.ts";
import { trainStep } from "../../src/runs/train_step.ts";
import { batchTensors } from "../../src/runs/training_batch.ts";
import { startState } from "../../src/runs/training_state.ts";
import { assertNear, drawn, eachBackend } from "../_helpers.ts";
import { drawSmallSet } from "./_drawn.ts";
import { right } from "./_helpers.ts";

const SMALL: VitBackbone = {
  ...backboneConfig("tiny-vit") as VitBackbone,
  dim: 12,
  patch: 8,
  grid: 3,
  registers: 1,
  layerScale: true,
  norm: true,
};

/** Three images of 4 x 5 patches, two pairs of them. */
const BATCH = {
  inputs: {
    images: {
      shape: [3, 3, 32, 40],
      data: Float32Array.from(drawn(1, [3, 3, 32, 40]).data),
    },
  },
  indexA: [0, 1],
  indexB: [1, 2],
  queries: Float32Array.from(drawn(2, [2, 3, 2], [0, 4]).data),
  points: Float32Array.from(drawn(3, [2, 3, 2], [0, 4]).data),
  weights: Float32Array.from([1, 1, 1, 1, 1, 0]),
} as const;

/** Losses of five steps. */
async function losses<T>(
  be: Backend<T>,
  backbone: VitBackbone,
  scope: TrainableScope,
): Promise<readonly number[]> {
  const model: ModelConfig = {
    backbone,
    temperature: { kind: "mlp", hidden: 4 },
    normalize: true,
    coordinates: "center",
  };
  const { parameters } = initModel(xoroshiro128plus(4), model);
  const moving = new Set(
    trainable(Object.keys(parameters), { config: backbone, scope }),
  );
  const part = (wanted: boolean) =>
    Object.fromEntries(
      Object.entries(parameters).filter(([name]) =>
        wanted === (moving.has(name) || name.startsWith("temperature."))
      ),
    );
  const config = { ...paperDefaults, learningRate: 1e-3 };
  const step = trainStep(be, { ...config, model, frozen: part(false) });
  const batch = batchTensors(be, BATCH);
  let state = startState(be, part(true)).tensors;
  const seen: number[] = [];
  for (let count = 0; count < 5; count++) {
    const rates = rateTensors(be, config, { step: count, steps: 5 });
    const { loss, crossEntropy, regularizer, betaA, betaB, ...next } =
      await step({ ...batch, ...rates, ...state });
    const metrics = [loss, crossEntropy, regularizer, betaA, betaB] as T[];
    const [[value = NaN] = []] = await be.read(metrics);
    seen.push(value);
    be.dispose([...Object.values(state), ...Object.values(rates), ...metrics]);
    state = next;
  }
  be.dispose([...Object.values(state), ...Object.values(batch)]);
  return seen;
}

const CASES = [
  ["the whole of a ViT", SMALL, "full"],
  ["the last block of a ViT", SMALL, "last"],
  ["two blocks of a ViT, without the one behind", {
    ...SMALL,
    outputs: [0, 1],
  }, "full"],
] as const;

for (const [what, backbone, scope] of CASES) {
  const wanted = await losses(referenceBackend(), backbone, scope);

  eachBackend(`trainStep() trains ${what} as in float64`, async (be) => {
    const before = be.memory().tensors;
    const got = await losses(be, backbone, scope);
    strictEqual(be.memory().tensors, before, "tensors left behind");
    assertNear(got, wanted, 2e-3);
    ok(got[4]! < got[0]!, `${got}`);
  });
}

const native = await createBackend("onnx-cpu")();
if (native._tag === "Right") await native.right.close();
const folder = await Deno.makeTempDir();
const set = `${folder}/set`;
await drawSmallSet(set);

Deno.test.afterAll(async () => {
  await Deno.remove(folder, { recursive: true });
});

/** Runs a command of the examples to its end. */
async function run(file: string, ...args: readonly string[]) {
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-P=runs", "--no-check", `examples/${file}`, ...args],
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  return {
    code: output.code,
    out: text.decode(output.stdout),
    err: text.decode(output.stderr),
  };
}

/** A test of commands, skipped where native ONNX Runtime is absent. */
function onCommand(name: string, fn: () => Promise<void>): void {
  const ignore = native._tag === "Left";
  const reason = ignore ? ` (skipped: ${native.left.missing})` : "";
  Deno.test({ name: name + reason, ignore, fn });
}

onCommand("the train command lowers the loss of a small ViT", async () => {
  const out = `${folder}/vit`;
  const { code, err } = await run(
    "train.ts",
    ...[`--data=${set}`, "--format=spair", `--out=${out}`],
    ...["--backbone=tiny-vit", "--size=64"],
    ...["--epochs=8", "--batch=4", "--learning-rate=1e-3", "--layers=1,2"],
    ...["--validate-every=100", "--backend=onnx-cpu", "--norm"],
  );
  strictEqual(code, 0, err);
  const rows = right(await readLog(`${out}/log.jsonl`)());
  const steps = rows.filter((row): row is StepRow => row.kind === "step");
  const mean = (part: readonly StepRow[]) =>
    part.reduce((sum, { loss }) => sum + loss, 0) / part.length;
  const [first, last] = [mean(steps.slice(0, 3)), mean(steps.slice(-3))];
  ok(last < 0.95 * first, `${first} to ${last}`);
  const told = right(await readTrainConfig(out)());
  deepStrictEqual(
    [told.coordinates, told.layers, told.finalNorm],
    ["center", [1, 2], true],
  );
  const { architecture } = right(
    await readCheckpoint(`${out}/best.safetensors`)(),
  );
  strictEqual(architecture.backbone["kind"], "vit");

  // The checkpoint evaluates as it was trained.
  const json = `${out}/result.json`;
  const evaluated = await run(
    "evaluate.ts",
    ...[`--data=${set}`, "--format=spair", "--split=val", `--json=${json}`],
    ...[`--checkpoint=${out}`, "--backend=onnx-cpu"],
  );
  strictEqual(evaluated.code, 0, evaluated.err);
  const { evaluations } = JSON.parse(await Deno.readTextFile(json));
  const [{ choices }] = evaluations;
  deepStrictEqual(
    [choices.backbone, choices.layers, choices.finalNorm, choices.coordinates],
    ["tiny-vit", [1, 2], true, "center"],
  );
  strictEqual(choices.size, 64);
});

Deno.test("the train command refuses what its backbone has not", async () => {
  const wrong = [
    [["--backbone=dino-vits16", "--layer=12"], /"layers" must be from 0 to 11/],
    [["--backbone=resnet18", "--no-norm"], /"finalNorm" must be left out/],
    [["--backbone=dinov2-vits14", "--size=256"], /such as 252 or 266: got 256/],
    [["--layer=1", "--layers=1,2"], /cannot be used with option/],
    [["--layers=2,2"], /wanted each layer once/],
  ] as const;
  for (const [args, message] of wrong) {
    const { code, err } = await run("train.ts", ...args);
    strictEqual(code, 1);
    match(err, message);
  }
});
