/**
 * The wall time of an epoch over the sum of its compiled steps: what decoding,
 * batching, logging and checkpoints add to them.
 *
 *     deno task bench:epoch --data FOLDER --weights resnet18.safetensors
 *       [--rounds 1] [--json FILE]
 *
 * Fine-tunes a ResNet-18 on WILLOW-ObjectClass for an epoch, by plain batches
 * and by groups, from pictures that nothing has read before. Counted is from
 * the end of the first step, which compiles, to the end of the last; `ours` is
 * the wall time of a step there, `theirs` that of its compiled program alone.
 *
 * @module
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { Backend } from "@simsc/core";
import { onnxBackend } from "@simsc/core/backends/onnx";
import {
  type BackendName,
  decodingWorker,
  groupedConfig,
  startRun,
  train,
  trainingData,
} from "@simsc/core/runs";
import { trainCommand } from "../examples/_train_options.ts";
import { givenOption, wholeOption } from "./option_values.ts";
import { measured, resultsPath, writeResults } from "./results_file.ts";
import { right } from "./_right.ts";
import { scriptOptions } from "./script_options.ts";
import { summarize } from "./statistics.ts";

const THREADS = 2;
const CASES = {
  "epoch-plain": ["--group-size", "0"],
  "epoch-groups": [],
} as const;

const { values: options } = scriptOptions(import.meta.url, {
  options: {
    data: { type: "string" },
    weights: { type: "string" },
    rounds: { type: "string", default: "1" },
    json: { type: "string", default: resultsPath("epoch.json") },
  },
});
const data = givenOption("--data", options.data);
const weights = givenOption("--weights", options.weights);
const rounds = wholeOption("--rounds", options.rounds);

/** Milliseconds of each step, and of its compiled program. */
interface Epoch {
  readonly wall: readonly number[];
  readonly compiled: readonly number[];
}

const worker = decodingWorker();
const rows = [];
for (const [name, told] of Object.entries(CASES)) {
  const epochs: Epoch[] = [];
  for (let round = 0; round < rounds; round++) {
    epochs.push(await epoch(told));
  }
  const side = (times: readonly number[]) => ({ ...summarize(times), times });
  const wall = epochs.flatMap((each) => each.wall);
  const compiled = epochs.flatMap((each) => each.compiled);
  const total = (times: readonly number[]) => times.reduce((a, b) => a + b);
  const ratio = total(wall) / total(compiled);
  rows.push({ case: name, ours: side(wall), theirs: side(compiled), ratio });
  console.log(
    `${name}: ${wall.length} steps in ${total(wall).toFixed(0)} ms, compiled ` +
      `${total(compiled).toFixed(0)} ms, ratio ${ratio.toFixed(3)}`,
  );
}
worker.close();
await writeResults(options.json, { ...measured({ threads: THREADS }), rows });
process.exit(0);

/** Trains for an epoch in a folder that is removed again. */
async function epoch(told: readonly string[]): Promise<Epoch> {
  const scratch = await mkdtemp(join(tmpdir(), "epoch-"));
  const { config, told: given } = trainCommand([
    ...["--data", data, "--format", "willow", "--backbone", "resnet18"],
    ...["--weights", weights, "--scope", "full", "--epochs", "1", ...told],
    ...["--out", join(scratch, "run")],
  ], new Date());
  const inner = right(
    await onnxBackend({ device: "cpu", threads: THREADS })(),
  );
  const { backend, spent } = stopwatch(inner);
  const out = join(scratch, "run");
  const sets = right(await trainingData(config, { out })());
  const run = right(
    await startRun({
      ...groupedConfig(config, sets.train.pairs, given),
      backend: backend.name as BackendName,
    }, out)(),
  );
  const ends: number[] = [];
  const programs: number[] = [];
  right(
    await train(backend, run, sets, {
      worker,
      onProgress: (event) => {
        if (event.kind !== "step") return;
        ends.push(performance.now());
        programs.push(spent());
      },
    })(),
  );
  await backend.close();
  await rm(scratch, { recursive: true });
  const differences = (times: readonly number[]) =>
    times.slice(1).map((time, i) => time - times[i]!);
  return { wall: differences(ends), compiled: differences(programs) };
}

/** A backend, and the milliseconds in its compiled programs so far. */
function stopwatch<T, B extends Backend<T>>(
  inner: B & Backend<T>,
): { readonly backend: B; readonly spent: () => number } {
  let ms = 0;
  const compile: Backend<T>["compile"] = (program) => {
    const run = inner.compile(program);
    return async (inputs) => {
      const start = performance.now();
      return await run(inputs).finally(() => ms += performance.now() - start);
    };
  };
  return { backend: { ...inner, compile }, spent: () => ms };
}
