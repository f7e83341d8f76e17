import {
  deepStrictEqual,
  match,
  ok,
  rejects,
  strictEqual,
} from "node:assert/strict";
import { DeviceFailedError } from "../../src/backends/errors.ts";
import { referenceBackend } from "../../src/backends/reference.ts";
import { objective } from "../../src/core/objective.ts";
import type { ResnetBackbone } from "../../src/nn/backbone_config.ts";
import { resnet } from "../../src/nn/resnet.ts";
import type { OpaqueTensor } from "../../src/runs/create_backend.ts";
import type { Backend } from "../../src/backends/backend.ts";
import type { Checkpoint } from "../../src/runs/checkpoint.ts";
import { epochOrder } from "../../src/runs/epoch_order.ts";
import { imageLoader } from "../../src/runs/load_image.ts";
import { preparePixels } from "../../src/runs/prepared_image.ts";
import type { StepRow, ValidationRow } from "../../src/runs/log_row.ts";
import { modelTemperature } from "../../src/runs/model.ts";
import { readCheckpoint } from "../../src/runs/read_checkpoint.ts";
import { readLog } from "../../src/runs/read_log.ts";
import { resumeRun } from "../../src/runs/resume_run.ts";
import { startRun } from "../../src/runs/start_run.ts";
import { train, type TrainOptions } from "../../src/runs/train.ts";
import { modelConfig, type TrainConfig } from "../../src/runs/train_config.ts";
import {
  batchTensors,
  pairBatch,
  trainingBatch,
} from "../../src/runs/training_batch.ts";
import { trainingData } from "../../src/runs/training_data.ts";
import { assertNear, TOLERANCES } from "../_helpers.ts";
import { drawSmallSet, smallConfig } from "./_drawn.ts";
import { left, right } from "./_helpers.ts";
import { nativeTests } from "./_native_tests.ts";

const { folder, onNative } = await nativeTests();
const data = `${folder}/set`;
await drawSmallSet(data);

/** Starts a run of the small set and trains it to the end. */
async function trained(
  backend: Backend<OpaqueTensor>,
  out: string,
  change: Partial<TrainConfig> = {},
  options: TrainOptions = {},
) {
  const run = right(await startRun(smallConfig(data, change), out)());
  const pairs = right(await trainingData(run.config, { out })());
  return { run, outcome: await train(backend, run, pairs, options)() };
}

/** Rows of a log, `ms` left out of steps. */
async function rowsOf(log: string) {
  const rows = right(await readLog(log)());
  const steps = rows.filter((row): row is StepRow => row.kind === "step");
  const validations = rows.filter((row): row is ValidationRow =>
    row.kind === "validation"
  );
  return { rows, steps, validations };
}

onNative("train() validates, logs and saves as it is told", async (be) => {
  const before = be.memory().tensors;
  const { run, outcome } = await trained(be, `${folder}/whole`);
  const { step, best, stopped } = right(outcome);
  deepStrictEqual([step, stopped], [6, false]);
  strictEqual(be.memory().tensors, before, "tensors left behind");
  const { steps, validations } = await rowsOf(run.files.log);
  deepStrictEqual(steps.map(({ step }) => step), [1, 2, 3, 4, 5, 6]);
  deepStrictEqual(steps.map(({ epoch }) => epoch), [0, 0, 0, 1, 1, 1]);
  deepStrictEqual(validations.map(({ step }) => step), [0, 3, 6]);
  // The first validation is of the start, which cannot be the best.
  const [, ...candidates] = validations.map(({ pck }) => pck["0.1"]!);
  strictEqual(best!.value, Math.max(...candidates));
  const kept = right(await readCheckpoint(run.files.best)());
  strictEqual(kept.step, best!.step);
  const last = right(await readCheckpoint(run.files.last)());
  deepStrictEqual([last.step, last.epoch, last.order.position], [6, 2, 0]);
  deepStrictEqual(last.best, best);
});

onNative("train() fails where the device does, and can go on", async (be) => {
  const out = `${folder}/device`;
  let calls = 0;
  const failing: typeof be = {
    ...be,
    compile: (program) => {
      const compiled = be.compile(program);
      return (inputs) => {
        calls++;
        const error = new DeviceFailedError("onnx-cpu", new Error("no memory"));
        return "learningRate" in inputs
          ? Promise.reject(error)
          : compiled(inputs);
      };
    },
  };
  const before = be.memory().tensors;
  const { run, outcome } = await trained(failing, out, { epochs: 1 });
  const error = left(outcome);
  strictEqual(error._tag, "DeviceFailed");
  strictEqual(error.message, 'backend "onnx-cpu" failed: no memory');
  ok(calls > 0);
  strictEqual(be.memory().tensors, before, "tensors left behind");
  const resumed = right(await resumeRun(out)());
  const pairs = right(await trainingData(run.config, { out })());
  strictEqual(right(await train(be, resumed, pairs)()).step, 3);
});

onNative(
  "train() takes the objective of the paper in its first step",
  async (be) => {
    const { run } = await trained(be, `${folder}/first`, { epochs: 1 });
    const { steps } = await rowsOf(run.files.log);
    const { config } = run;
    const { train: set } = right(
      await trainingData(config, { out: run.files.folder })(),
    );
    const order = epochOrder({ seed: config.seed, epoch: 0, count: 12 });
    const batch = right(
      await trainingBatch(
        pairBatch(order.slice(0, 4).map((i) => set.pairs[i]!)),
        {
          prepare: preparePixels(imageLoader({ size: 64, stride: 16 })),
          rule: config.coordinates,
          stride: 16,
          capacity: Math.max(
            ...set.pairs.map((p) => p.source.keypoints.length),
          ),
        },
      ),
    );
    // The same in float64, pair by pair, without the tape's program.
    const reference = referenceBackend();
    const tensors = batchTensors(reference, batch);
    const parameters = Object.fromEntries(
      Object.entries({ ...run.frozen, ...run.trained }).map((
        [name, { data, shape }],
      ) => [name, reference.tensor(data, shape)] as const),
    );
    const features = resnet(
      reference,
      parameters,
      tensors["images"]!,
      modelConfig(config).backbone as ResnetBackbone,
    );
    const { value } = objective(reference, {
      featuresA: reference.gather(features, tensors["indexA"]!),
      featuresB: reference.gather(features, tensors["indexB"]!),
      queries: tensors["queries"]!,
      points: tensors["points"]!,
      weights: tensors["weights"]!,
    }, {
      ...config,
      temperature: modelTemperature(config.temperature, parameters),
    });
    assertNear([steps[0]!.loss], value.data, TOLERANCES.float32);
  },
);

onNative("train() logs the gradients it is told to watch", async (be) => {
  const name = "layer3.0.conv2.weight";
  const out = `${folder}/watched`;
  const controller = new AbortController();
  const { run } = await trained(be, out, {}, {
    signal: controller.signal,
    watched: [name],
    onProgress: (event) =>
      "step" in event && event.step === 1 && controller.abort(),
  });
  const { steps } = await rowsOf(run.files.log);
  // Adam's undivided first moment after one step is the gradient.
  const { adam } = right(await readCheckpoint(run.files.last)());
  const moments = [...adam!.m[name]!.data];
  const mean = moments.reduce((sum, m) => sum + Math.abs(m), 0) /
    moments.length;
  assertNear([steps[0]!.gradients![name]!], [mean], TOLERANCES.float32);
  ok(mean > 0);
});

onNative("train() refuses to watch what it does not train", async (be) => {
  await rejects(
    trained(be, `${folder}/unwatched`, { scope: "last" }, {
      watched: ["conv1.weight"],
    }),
    /"watched" must be names of trained parameters: got conv1.weight/,
  );
});

onNative("train() changes what it trains and nothing else", async (be) => {
  const { run } = await trained(be, `${folder}/scope`, {
    scope: "last",
    epochs: 1,
  });
  const { parameters } = right(await readCheckpoint(run.files.last)());
  for (const [name, { data }] of Object.entries(run.frozen)) {
    deepStrictEqual(parameters[name]!.data, data, name);
  }
  const moved = Object.entries(run.trained)
    .filter(([name, { data }]) =>
      data.some((v, i) => v !== parameters[name]!.data[i])
    ).map(([name]) => name);
  ok(moved.includes("layer3.0.conv2.weight"), String(moved));
  ok(moved.includes("temperature.w2"), String(moved));
});

onNative("train() lowers its loss", async (be) => {
  const { run } = await trained(be, `${folder}/lower`, {
    epochs: 8,
    validateEvery: 100,
  });
  const { steps } = await rowsOf(run.files.log);
  const mean = (rows: readonly StepRow[]) =>
    rows.reduce((sum, { loss }) => sum + loss, 0) / rows.length;
  const [first, last] = [mean(steps.slice(0, 3)), mean(steps.slice(-3))];
  ok(last < 0.95 * first, `${first} to ${last}`);
});

onNative("train() matches groups of images each with each", async (be) => {
  const { run, outcome } = await trained(be, `${folder}/groups`, {
    groupSize: 3,
    groups: 2,
    epochs: 1,
  });
  strictEqual(right(outcome).step, 3);
  const { steps } = await rowsOf(run.files.log);
  ok(steps.every(({ loss }) => Number.isFinite(loss)));
});

onNative(
  "train() stops after the current step and goes on to the same numbers",
  async (be) => {
    const whole = await rowsOf(`${folder}/whole/log.jsonl`);
    const timeless = ({ rows }: typeof whole) =>
      rows.map((row) => ({ ...row, ms: 0 }));
    for (const after of [1, 3, 5]) {
      const out = `${folder}/stopped-${after}`;
      const controller = new AbortController();
      const { outcome } = await trained(be, out, {}, {
        signal: controller.signal,
        onProgress: (event) => {
          if ("step" in event && event.step === after) controller.abort();
        },
      });
      strictEqual(right(outcome).stopped, true);
      strictEqual(right(outcome).step, after);
      const run = right(await resumeRun(out)());
      const pairs = right(await trainingData(run.config, { out })());
      strictEqual(right(await train(be, run, pairs)()).stopped, false);
      deepStrictEqual(timeless(await rowsOf(run.files.log)), timeless(whole));
      for (const name of ["last", "best"]) {
        deepStrictEqual(
          await Deno.readFile(`${out}/${name}.safetensors`),
          await Deno.readFile(`${folder}/whole/${name}.safetensors`),
          `${name} after a stop at ${after}`,
        );
      }
    }
  },
);

onNative("train() stops before its first step too", async (be) => {
  const out = `${folder}/aborted`;
  const { outcome } = await trained(be, out, {}, {
    signal: AbortSignal.abort(),
  });
  deepStrictEqual(right(outcome), {
    files: right(await resumeRun(out)()).files,
    step: 0,
    best: null,
    stopped: true,
  });
});

onNative(
  "train() ends a run whose loss is not finite, and keeps its checkpoint",
  async (be) => {
    const out = `${folder}/diverged`;
    const { run, outcome } = await trained(be, out, {
      learningRate: 1e30,
      checkpointEvery: 100,
      validateEvery: 100,
    });
    const error = left(outcome);
    strictEqual(error._tag, "NotFinite");
    match(
      error.message,
      /log\.jsonl: "loss" must be finite: got another at step/,
    );
    const kept: Checkpoint = right(await readCheckpoint(run.files.last)());
    strictEqual(kept.step, 0);
  },
);

onNative("train() names a picture that is torn", async (be) => {
  const other = `${folder}/broken`;
  await drawSmallSet(other);
  const picture = `${other}/JPEGImages/fish/trn_0001.png`;
  const bytes = await Deno.readFile(picture);
  await Deno.writeFile(picture, bytes.subarray(0, bytes.length >> 1));
  const { outcome } = await trained(be, `${folder}/torn`, { data: other });
  const error = left(outcome);
  strictEqual(error._tag, "MalformedFile");
  ok(error.message.startsWith(picture), error.message);
});
