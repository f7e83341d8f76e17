import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { OptionError } from "../../src/core/errors.ts";
import type { Backend } from "../../src/backends/backend.ts";
import type { OpaqueTensor } from "../../src/runs/create_backend.ts";
import { digestTensors } from "../../src/runs/digest_tensors.ts";
import type { StepRow } from "../../src/runs/log_row.ts";
import { readCheckpoint } from "../../src/runs/read_checkpoint.ts";
import { readLog } from "../../src/runs/read_log.ts";
import { resumeRun } from "../../src/runs/resume_run.ts";
import { splitPlan } from "../../src/runs/split_plan.ts";
import { startRun } from "../../src/runs/start_run.ts";
import { train, type TrainOptions } from "../../src/runs/train.ts";
import type { TrainConfig } from "../../src/runs/train_config.ts";
import { pairBatch } from "../../src/runs/training_batch.ts";
import { trainingData } from "../../src/runs/training_data.ts";
import { assertNear } from "../_helpers.ts";
import { drawSmallSet, smallConfig } from "./_drawn.ts";
import { pairOf } from "./_fakes.ts";
import { right } from "./_helpers.ts";
import { nativeTests } from "./_native_tests.ts";

const { folder, onNative } = await nativeTests();
const data = `${folder}/set`;
await drawSmallSet(data);

/** Trains on the small set without validating; its steps and parameters. */
async function trained(
  backend: Backend<OpaqueTensor>,
  name: string,
  change: Partial<TrainConfig>,
  options: TrainOptions = {},
) {
  const out = `${folder}/${name}`;
  const config = smallConfig(data, { validateEvery: 100, ...change });
  const run = right(await startRun(config, out)());
  const pairs = right(await trainingData(config, { out })());
  right(await train(backend, run, pairs, options)());
  return await leftIn(out);
}

async function leftIn(out: string) {
  const rows = right(await readLog(`${out}/log.jsonl`)());
  const { parameters } = right(
    await readCheckpoint(`${out}/last.safetensors`)(),
  );
  const steps = rows.filter((row): row is StepRow => row.kind === "step");
  return { out, steps, parameters };
}

type Trained = Awaited<ReturnType<typeof trained>>;

/** Rounding alone may tell two runs apart. */
function assertSame(got: Trained, wanted: Trained): void {
  strictEqual(got.steps.length, wanted.steps.length);
  for (const name of ["loss", "crossEntropy", "betaA", "betaB"] as const) {
    assertNear(
      got.steps.map((row) => row[name]),
      wanted.steps.map((row) => row[name]),
      1e-4,
    );
  }
  // The first step has no history of rounding.
  assertNear([got.steps[0]!.loss], [wanted.steps[0]!.loss], 1e-6);
  for (const [name, { data }] of Object.entries(wanted.parameters)) {
    assertNear(got.parameters[name]!.data, data, 1e-3);
  }
}

// 12 pairs: the second step of 8 has 4, so that shares differ from 1 / N.
onNative("train() sums passes up as one larger batch", async (be) => {
  const before = be.memory().tensors;
  const whole = await trained(be, "whole", { batch: 8 });
  deepStrictEqual(whole.steps.map(({ step }) => step), [1, 2, 3, 4]);
  for (const [batch, accumulate] of [[4, 2], [2, 4]] as const) {
    const name = `sum-${accumulate}`;
    assertSame(await trained(be, name, { batch, accumulate }), whole);
  }
  strictEqual(be.memory().tensors, before, "tensors left behind");
});

onNative("train() sums groups up as more groups of one pass", async (be) => {
  const grouped = { groupSize: 3, batch: 4 };
  const whole = await trained(be, "groups", { ...grouped, groups: 2 });
  const summed = { ...grouped, groups: 1, batch: 2, accumulate: 2 };
  assertSame(await trained(be, "summed-groups", summed), whole);
});

onNative("train() clips the whole gradient, and logs its norm", async (be) => {
  const free = await trained(be, "free", { clipNorm: 1e6 });
  const plain = await trained(be, "plain", {});
  const norms = free.steps.map(({ gradientNorm }) => gradientNorm!);
  ok(norms.every((norm) => norm > 0), String(norms));
  strictEqual(plain.steps[0]!.gradientNorm, undefined);
  // A bound that is never reached changes nothing.
  assertSame(free, plain);
  const clipNorm = norms[0]! / 10;
  const bound = { clipNorm, batch: 4 };
  const clipped = await trained(be, "clipped", bound);
  assertNear([clipped.steps[0]!.gradientNorm!], [norms[0]!], 1e-6);
  ok(Math.abs(clipped.steps[3]!.loss - plain.steps[3]!.loss) > 1e-6);
  const summed = { clipNorm, batch: 2, accumulate: 2 };
  assertSame(await trained(be, "clipped-sum", summed), clipped);
});

onNative(
  "train() goes on with passes summed up to the same bits",
  async (be) => {
    const change = { batch: 2, accumulate: 2, clipNorm: 0.5 };
    const whole = await trained(be, "unstopped", change);
    const controller = new AbortController();
    const { out } = await trained(be, "stopped", change, {
      signal: controller.signal,
      onProgress: (event) => {
        if ("step" in event && event.step === 3) controller.abort();
      },
    });
    const run = right(await resumeRun(out)());
    const pairs = right(await trainingData(run.config, { out })());
    right(await train(be, run, pairs)());
    const got = await leftIn(out);
    // By digest: to write the difference of large arrays takes minutes.
    strictEqual(
      await digestTensors(got.parameters),
      await digestTensors(whole.parameters),
    );
    const timeless = ({ steps }: Trained) =>
      steps.map((row) => ({ ...row, ms: 0 }));
    deepStrictEqual(timeless(got), timeless(whole));
  },
);

const named = (a: string, b: string) =>
  pairOf({ path: a, keypoints: [[1, 1]] }, { path: b, keypoints: [[1, 1]] });

Deno.test("splitPlan() cuts a batch into parts of one shape", () => {
  const pairs = [named("a", "b"), named("c", "d"), named("e", "f")];
  const plan = pairBatch(pairs, 6);
  const parts = splitPlan(plan, 3);
  // The third part has no pair: it is left out.
  deepStrictEqual(
    parts.map(({ images }) => images.map(({ path }) => path).join("")),
    ["abcd", "efaa"],
  );
  deepStrictEqual(
    parts.map(({ pairs }) => pairs.map(({ pair, a, b }) => [pair.id, a, b])),
    [[["a-b", 0, 1], ["c-d", 2, 3]], [["e-f", 0, 1]]],
  );
  deepStrictEqual(parts.map(({ pairCapacity }) => pairCapacity), [2, 2]);
  deepStrictEqual(splitPlan(plan, 1), [plan]);
});

Deno.test("splitPlan() refuses a cut through a pair or into unequal parts", () => {
  const plan = pairBatch([named("a", "b"), named("c", "d")]);
  throws(() => splitPlan(plan, 3), OptionError);
  throws(() => splitPlan(plan, 4), OptionError);
  const torn = { ...plan, pairs: [{ ...plan.pairs[0]!, b: 2 }] };
  throws(() => splitPlan(torn, 2), OptionError);
});
