import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import {
  encodeSafetensors,
  type NamedTensors,
} from "../../src/data/safetensors.ts";
import { decodeCheckpoint } from "../../src/runs/decode_checkpoint.ts";
import { encodeCheckpoint } from "../../src/runs/encode_checkpoint.ts";
import { backboneConfig } from "../../src/nn/backbone_config.ts";
import { runFiles } from "../../src/runs/run_folder.ts";
import { readBackbone } from "../../src/runs/read_backbone.ts";
import { resumeRun } from "../../src/runs/resume_run.ts";
import { type StartedRun, startRun } from "../../src/runs/start_run.ts";
import { referenceBackend } from "../../src/backends/reference.ts";
import { checkpointOf, startState } from "../../src/runs/training_state.ts";
import { smallConfig } from "./_drawn.ts";
import { inFolder, left, right } from "./_helpers.ts";

const CONFIG = smallConfig("data");

/** Every parameter a run starts with. */
function all({ trained, frozen }: StartedRun): NamedTensors {
  return { ...frozen, ...trained };
}

/** A run of no step yet, whose last checkpoint says `step`. */
async function saved(out: string, step: number): Promise<StartedRun> {
  const run = right(await startRun(CONFIG, out)());
  const be = referenceBackend();
  const state = { ...startState(be, run.trained), step };
  const checkpoint = await checkpointOf(be, state, {
    ...run,
    stepsPerEpoch: 3,
  });
  await Deno.writeFile(run.files.last, encodeCheckpoint(checkpoint));
  return run;
}

Deno.test("startRun() writes the configuration and draws the model by its seed", async () => {
  await inFolder(async (folder) => {
    const run = right(await startRun(CONFIG, `${folder}/deep/run`)());
    const text = await Deno.readTextFile(run.files.config);
    deepStrictEqual(JSON.parse(text), CONFIG);
    const again = right(await startRun(CONFIG, `${folder}/again`)());
    deepStrictEqual(all(again), all(run));
    const other = right(
      await startRun({ ...CONFIG, seed: 1 }, `${folder}/other`)(),
    );
    const name = "layer1.0.conv1.weight";
    ok(
      all(other)[name]!.data[0] !==
        all(run)[name]!.data[0],
    );
  });
});

Deno.test("startRun() trains all but the normalisation, or the last block", async () => {
  await inFolder(async (folder) => {
    const names = async (scope: "full" | "last") => {
      const run = right(
        await startRun({ ...CONFIG, scope }, `${folder}/${scope}`)(),
      );
      return Object.keys(run.trained);
    };
    const full = await names("full");
    const last = await names("last");
    ok(full.includes("conv1.weight"));
    ok(
      !last.includes("conv1.weight") && !last.includes("layer1.0.conv1.weight"),
    );
    for (const trained of [full, last]) {
      ok(trained.includes("layer3.0.conv2.weight"));
      ok(trained.includes("temperature.w1"));
      ok(!trained.some((name) => name.includes("running_")));
    }
  });
});

Deno.test("startRun() refuses a folder with a run and leaves it alone", async () => {
  await inFolder(async (folder) => {
    right(await startRun(CONFIG, folder)());
    const before = await Deno.readTextFile(`${folder}/config.json`);
    const error = left(await startRun({ ...CONFIG, seed: 9 }, folder)());
    strictEqual(error._tag, "RunExists");
    match(error.message, /use --resume/);
    strictEqual(await Deno.readTextFile(`${folder}/config.json`), before);
  });
});

Deno.test("startRun() writes nothing where the weights cannot be read", async () => {
  await inFolder(async (folder) => {
    const out = `${folder}/run`;
    const weights = `${folder}/none.safetensors`;
    const error = left(await startRun({ ...CONFIG, weights }, out)());
    strictEqual(error._tag, "MissingFile");
    deepStrictEqual([...Deno.readDirSync(folder)], []);
  });
});

async function tinyWeights(): Promise<NamedTensors> {
  let tensors: NamedTensors = {};
  await inFolder(async (folder) => {
    const started = right(await startRun(CONFIG, folder)());
    tensors = Object.fromEntries(
      Object.entries(all(started))
        .filter(([name]) => !name.startsWith("temperature.")),
    );
  });
  return tensors;
}

Deno.test("readBackbone() takes the tensors of the network and no others", async () => {
  const tensors = await tinyWeights();
  await inFolder(async (folder) => {
    const file = `${folder}/w.safetensors`;
    const fc = { shape: [2], data: Float32Array.of(1, 2) };
    await Deno.writeFile(
      file,
      encodeSafetensors({ ...tensors, "fc.bias": fc }),
    );
    const read = right(await readBackbone(file, backboneConfig("tiny"))());
    deepStrictEqual(Object.keys(read).sort(), Object.keys(tensors).sort());
    deepStrictEqual(read["conv1.weight"], tensors["conv1.weight"]);
  });
});

Deno.test("readBackbone() names the file and what is wrong in it", async () => {
  const tensors = await tinyWeights();
  const conv = tensors["conv1.weight"]!;
  const { "conv1.weight": _, ...missing } = tensors;
  const nan = Float32Array.from(conv.data, (v, i) => i === 5 ? NaN : v);
  const wrong: Readonly<Record<string, NamedTensors>> = {
    missing,
    shape: {
      ...tensors,
      "conv1.weight": { ...conv, shape: [conv.data.length] },
    },
    nan: { ...tensors, "conv1.weight": { ...conv, data: nan } },
    nothing: {},
  };
  await inFolder(async (folder) => {
    for (const [name, tensors] of Object.entries(wrong)) {
      const file = `${folder}/${name}.safetensors`;
      await Deno.writeFile(file, encodeSafetensors(tensors));
      const error = left(await readBackbone(file, backboneConfig("tiny"))());
      strictEqual(error._tag, "MalformedFile", name);
      ok(error.message.startsWith(`${file}: "`), error.message);
      if (name !== "nothing") match(error.message, /conv1\.weight/);
    }
    const file = `${folder}/torn.safetensors`;
    await Deno.writeFile(file, encodeSafetensors(tensors).subarray(0, 999));
    strictEqual(
      left(await readBackbone(file, backboneConfig("tiny"))())._tag,
      "MalformedFile",
    );
  });
});

Deno.test("startRun() starts from given weights", async () => {
  const tensors = await tinyWeights();
  await inFolder(async (folder) => {
    const weights = `${folder}/w.safetensors`;
    await Deno.writeFile(weights, encodeSafetensors(tensors));
    const config = { ...CONFIG, seed: 7, weights };
    const run = right(await startRun(config, `${folder}/run`)());
    deepStrictEqual(
      all(run)["layer2.0.conv1.weight"],
      tensors["layer2.0.conv1.weight"],
    );
  });
});

const row = (step: number) =>
  JSON.stringify({
    kind: "validation",
    step,
    epoch: 0,
    pck: { "0.1": 0.5 },
    betaProduct: 0.1,
  }) + "\n";

Deno.test("resumeRun() goes on at the last checkpoint and drops later rows", async () => {
  await inFolder(async (out) => {
    const run = await saved(out, 4);
    const rows = [0, 2, 4, 5].map(row);
    await Deno.writeTextFile(run.files.log, rows.join("") + '{"kind":"st');
    const resumed = right(await resumeRun(out)());
    strictEqual(resumed.checkpoint?.step, 4);
    deepStrictEqual(resumed.config, CONFIG);
    deepStrictEqual(resumed.trained, run.trained);
    strictEqual(
      await Deno.readTextFile(run.files.log),
      rows.slice(0, 3).join(""),
    );
  });
});

Deno.test("resumeRun() starts anew where there is no checkpoint yet", async () => {
  await inFolder(async (out) => {
    const run = right(await startRun(CONFIG, out)());
    await Deno.writeTextFile(run.files.log, row(0));
    const resumed = right(await resumeRun(out)());
    strictEqual(resumed.checkpoint, undefined);
    strictEqual(await Deno.readTextFile(run.files.log), "");
  });
});

Deno.test("resumeRun() refuses a folder without a run", async () => {
  await inFolder(async (folder) => {
    left(await resumeRun(`${folder}/none`)());
    left(await resumeRun(folder)());
    await Deno.writeTextFile(`${folder}/config.json`, "{");
    const error = left(await resumeRun(folder)());
    strictEqual(error._tag, "MalformedFile");
    match(error.message, /config\.json: "file" must be JSON/);
  });
});

Deno.test("resumeRun() refuses a checkpoint of another architecture", async () => {
  await inFolder(async (out) => {
    const run = await saved(out, 2);
    const changes: readonly object[] = [
      { backbone: "resnet18" },
      { temperature: { kind: "fixed", beta: 1 } },
      { temperature: { kind: "mlp", hidden: 3 } },
    ];
    for (const change of changes) {
      await Deno.writeTextFile(
        run.files.config,
        JSON.stringify({ ...CONFIG, ...change }),
      );
      const error = left(await resumeRun(out)());
      strictEqual(error._tag, "OtherArchitecture");
      ok(error.message.startsWith(`${run.files.last}: `), error.message);
    }
  });
});

Deno.test("resumeRun() refuses a configuration changed since the checkpoint", async () => {
  await inFolder(async (out) => {
    const run = await saved(out, 2);
    const changed = { ...CONFIG, learningRate: 0.5 };
    await Deno.writeTextFile(run.files.config, JSON.stringify(changed));
    const error = left(await resumeRun(out)());
    strictEqual(error._tag, "MalformedFile");
    match(error.message, /config\.json: "learningRate" must be 0\.002 /);
  });
});

Deno.test("resumeRun() refuses a checkpoint without its optimiser", async () => {
  await inFolder(async (out) => {
    const run = await saved(out, 2);
    const bytes = await Deno.readFile(run.files.last);
    const { adam: _, ...rest } = right(decodeCheckpoint(bytes, run.files.last));
    await Deno.writeFile(run.files.last, encodeCheckpoint(rest));
    match(
      left(await resumeRun(out)()).message,
      /"adam\.step" must be 2: got none/,
    );
  });
});

Deno.test("resumeRun() refuses a checkpoint that lacks a tensor", async () => {
  await inFolder(async (out) => {
    const run = await saved(out, 2);
    const bytes = await Deno.readFile(run.files.last);
    const checkpoint = right(decodeCheckpoint(bytes, run.files.last));
    const { "temperature.w1": _, ...parameters } = checkpoint.parameters;
    const { adam: __, ...rest } = checkpoint;
    await Deno.writeFile(
      run.files.last,
      encodeCheckpoint({ ...rest, parameters }),
    );
    match(left(await resumeRun(out)()).message, /temperature\.w1/);
  });
});

Deno.test("resumeRun() refuses a damaged checkpoint and leaves the log alone", async () => {
  await inFolder(async (out) => {
    const run = await saved(out, 2);
    await Deno.writeTextFile(run.files.log, row(0) + row(9));
    const bytes = await Deno.readFile(run.files.last);
    await Deno.writeFile(run.files.last, bytes.subarray(0, bytes.length - 1));
    strictEqual(left(await resumeRun(out)())._tag, "MalformedFile");
    strictEqual(await Deno.readTextFile(run.files.log), row(0) + row(9));
  });
});

Deno.test("runFiles() are what a run writes", async () => {
  await inFolder(async (out) => {
    const run = await saved(out, 1);
    deepStrictEqual(run.files, runFiles(out));
    const bytes = await Deno.readFile(run.files.last);
    const { parameters, adam } = right(decodeCheckpoint(bytes, run.files.last));
    deepStrictEqual(
      Object.keys(parameters).sort(),
      Object.keys(all(run)).sort(),
    );
    deepStrictEqual(
      Object.keys(adam!.m).sort(),
      Object.keys(run.trained).sort(),
    );
  });
});
