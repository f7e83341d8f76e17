import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { formatConformance } from "../src/runs/conformance/format_conformance.ts";
import {
  readReferenceSet,
  runConformance,
} from "../src/runs/conformance/run_conformance.ts";
import { type CaseOutcome, runCase } from "../src/runs/conformance/run_case.ts";
import type { ReferenceCase } from "../src/runs/conformance/reference_case.ts";
import { referenceBackend } from "../src/backends/reference.ts";
import { eachBackend } from "./_helpers.ts";
import { inFolder, left, right } from "./runs/_helpers.ts";

const CASES = fileURLToPath(new URL("fixtures/goldens/cases", import.meta.url));
const set = right(await readReferenceSet(CASES)());

eachBackend("runConformance() passes every reference case", async (be) => {
  const before = be.memory().tensors;
  const outcomes = await runConformance(be, set);
  const { text, failed } = formatConformance({ [be.name]: outcomes });
  strictEqual(failed, 0, text);
  strictEqual(outcomes.length, set.length);
  strictEqual(be.memory().tensors, before, "tensors left behind");
});

const MODELS = fileURLToPath(
  new URL("fixtures/goldens/models", import.meta.url),
);

eachBackend(
  "runConformance() passes every reference backbone, from both files",
  async (be) => {
    const models = right(await readReferenceSet(MODELS)());
    strictEqual(models.length, 12);
    const outcomes = await runConformance(be, models);
    const { text, failed } = formatConformance({ [be.name]: outcomes });
    strictEqual(failed, 0, text);
    // 15 cases by make_models.py, each by safetensors and by a PyTorch checkpoint.
    strictEqual(outcomes.length, 30);
    const files = outcomes.map(({ file }) => file);
    strictEqual(files.filter((file) => file.includes(".pth cases")).length, 15);
  },
);

Deno.test("readReferenceSet() refuses a checkpoint that is wrapped otherwise", async () => {
  await inFolder(async (folder) => {
    const name = "tiny-ibot";
    for (const end of ["safetensors", "pth"]) {
      await Deno.copyFile(`${MODELS}/${name}.${end}`, `${folder}/a.${end}`);
    }
    const text = await Deno.readTextFile(`${MODELS}/${name}.json`);
    const json = { ...JSON.parse(text), checkpoint: { prefix: "module." } };
    await Deno.writeTextFile(`${folder}/a.json`, JSON.stringify(json));
    match(
      left(await readReferenceSet(folder)()).message,
      /a\.pth: "checkpoint" must be .*"module\.".* got .*"state_dict".*"module\.backbone\."/,
    );
  });
});

Deno.test("readReferenceSet() reads all files in order of name", () => {
  strictEqual(set.length, 79);
  const files = set.map(({ file }) => file);
  deepStrictEqual(files, [...files].sort());
});

/** A case of the softmax over two cells: 1/4 and 3/4. */
const FINE = {
  op: "softmaxMap",
  options: { beta: 1 },
  inputs: { maps: { shape: [1, 1, 2], data: [0, Math.log(3)] } },
  expected: { value: { shape: [1, 1, 2], data: [0.25, 0.75] } },
  tolerance: 1e-9,
};

async function outcomeOf(change: object): Promise<CaseOutcome> {
  let outcome: CaseOutcome | undefined;
  await inFolder(async (folder) => {
    const text = JSON.stringify({ ...FINE, ...change });
    await Deno.writeTextFile(`${folder}/case.json`, text);
    const set = right(await readReferenceSet(folder)());
    const backend = referenceBackend();
    [outcome] = await runConformance(backend, set);
    strictEqual(backend.memory().tensors, 0, "tensors left behind");
  });
  return outcome as CaseOutcome;
}

Deno.test("runConformance() passes the case that is spoilt below", async () => {
  const { failure, error } = await outcomeOf({});
  strictEqual(failure, "");
  ok(error < 1e-15);
});

const spoilt: Readonly<Record<string, readonly [change: object, RegExp]>> = {
  "an unknown operation": [{ op: "softmaxMaps" }, /^unknown operation$/],
  "an operation every object has": [{ op: "toString" }, /./],
  "an unknown option": [
    { options: { beta: 1, gama: 2 } },
    /^unknown options: gama$/,
  ],
  "an option of the wrong kind": [{ options: { beta: "1" } }, /"beta" must be/],
  "an expected output nobody computes": [
    { expected: { ...FINE.expected, entropy: 1 } },
    /^nothing computed "entropy"$/,
  ],
  "a gradient by an input that is not there": [
    { expected: { ...FINE.expected, gradBeta: 1 } },
    /./,
  ],
  "another element count": [
    { expected: { value: { shape: [1], data: [0.25] } } },
    /^"value" must have 1 elements: got 2$/,
  ],
  "a missing input": [{ inputs: {} }, /must have the input "maps"/],
  "an input that nothing reads": [
    { inputs: { ...FINE.inputs, map: 1 } },
    /^inputs that nothing reads: map$/,
  ],
  "a cotangent without a gradient": [
    { inputs: { ...FINE.inputs, cotangent: FINE.expected.value } },
    /^inputs that nothing reads: cotangent$/,
  ],
  "a point that nothing reads": [
    {
      op: "coordinates",
      options: { rule: "simple", imageSize: [2, 2], grid: [1, 1] },
      inputs: { pixels: { shape: [1, 2], data: [1, 1] }, box: 1 },
      expected: { cells: { shape: [1, 2], data: [0.5, 0.5] } },
    },
    /^inputs that nothing reads: box$/,
  ],
  "another number": [
    { expected: { value: { shape: [2], data: [0.25, 0.7501] } } },
    /^"value" is off by 5\.71e-5, allowed 1e-9$/,
  ],
  "a NaN": [
    {
      op: "temperatureRegularizer",
      options: { threshold: 0.1 },
      inputs: { beta: -1 },
      expected: { value: 0 },
    },
    /^"value" is off by Infinity/,
  ],
  "a tolerance below 0": [{ tolerance: -1e-9 }, /allowed -1e-9$/],
};

for (const [what, [change, failure]] of Object.entries(spoilt)) {
  Deno.test(`runConformance() fails on ${what}`, async () => {
    const outcome = await outcomeOf(change);
    match(outcome.failure, failure);
    strictEqual(formatConformance({ reference: [outcome] }).failed, 1);
  });
}

Deno.test("readReferenceSet() refuses a case that says less than it must", async () => {
  const { tolerance: _, ...rest } = FINE;
  const texts: Readonly<Record<string, string>> = {
    "file": "{",
    "tolerance": JSON.stringify(rest),
    "op": JSON.stringify({ ...FINE, op: 3 }),
    "expected": JSON.stringify({ ...FINE, expected: [] }),
    "expected.value.data": JSON.stringify({
      ...FINE,
      expected: { value: { shape: [2], data: [NaN, 1] } }, // null in JSON
    }),
    "inputs.maps.data": JSON.stringify({
      ...FINE,
      inputs: { maps: { shape: [1, 1, 2], data: [0] } },
    }),
  };
  for (const [field, text] of Object.entries(texts)) {
    await inFolder(async (folder) => {
      await Deno.writeTextFile(`${folder}/case.json`, text);
      const error = left(await readReferenceSet(folder)());
      strictEqual(error._tag, "MalformedFile");
      strictEqual("field" in error && error.field, field);
    });
  }
});

Deno.test("readReferenceSet() refuses a folder that is not there or empty", async () => {
  await inFolder(async (folder) => {
    left(await readReferenceSet(folder)());
    left(await readReferenceSet(`${folder}/none`)());
    left(await readReferenceSet(CASES, { only: "no such case" })());
  });
});

Deno.test("formatConformance() counts no case at all as a failure", () => {
  strictEqual(formatConformance({ reference: [] }).failed, 1);
});

Deno.test("runConformance() stops between two cases", async () => {
  const controller = new AbortController();
  const heard: string[] = [];
  const outcomes = await runConformance(referenceBackend(), set, {
    signal: controller.signal,
    onCase: ({ file }) => {
      heard.push(file);
      controller.abort();
    },
  });
  strictEqual(outcomes.length, 1);
  deepStrictEqual(outcomes.map(({ file }) => file), heard);
  const stopped = { reference: outcomes, other: [] };
  ok(!formatConformance(stopped).text.includes("Infinity"));
});

/** A case of the set by its operation, changed. */
function known(op: string, change: (item: ReferenceCase) => object) {
  const item = set.find((each) => "op" in each && each.op === op);
  return { ...item, ...change(item as ReferenceCase) } as ReferenceCase;
}

async function failureOf(item: ReferenceCase): Promise<string> {
  const backend = referenceBackend();
  const { failure } = await runCase(backend, item);
  strictEqual(backend.memory().tensors, 0, "tensors left behind");
  return failure;
}

const extra = { shape: [1], data: [1] };

for (const op of ["training", "bottleneck", "vitBlock", "pck"]) {
  const name = op === "pck" ? "extra" : "params.extra";
  Deno.test(`runCase() fails on an input that ${op} does not read`, async () => {
    const item = known(op, ({ inputs }) => ({
      inputs: { ...inputs, [name]: extra },
    }));
    strictEqual(await failureOf(item), `inputs that nothing reads: ${name}`);
  });
}

Deno.test("runCase() frees its tensors when a step of training throws", async () => {
  const item = known("training", ({ inputs }) => ({
    inputs: { ...inputs, points: extra },
  }));
  match(await failureOf(item), /points/);
  const short = known(
    "training",
    ({ inputs: { "start.w2": _, ...inputs } }) => ({
      inputs,
    }),
  );
  match(await failureOf(short), /must have the input "start\.w2"/);
});

Deno.test("runCase() gives the objective the weights of its case", async () => {
  const weighted = (weight: (k: number) => number): ReferenceCase =>
    known("objective", ({ inputs }) => {
      const count = inputs["points"]!.shape[0]!;
      const data = Array.from({ length: count }, (_, k) => weight(k));
      return { inputs: { ...inputs, weights: { shape: [count], data } } };
    });
  strictEqual(await failureOf(weighted(() => 1)), "");
  // One keypoint of several: another loss than the mean over all.
  match(await failureOf(weighted((k) => k === 0 ? 1 : 0)), /is off by/);
});
