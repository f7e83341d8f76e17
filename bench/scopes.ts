/**
 * What an epoch takes that trains the last block, and one that trains
 * everything, in one run after the other:
 *
 *     deno task bench:scopes --data FOLDER --weights resnet18.safetensors
 *       [--format willow] [--backbone resnet18] [--epochs 2] [--limit 5]
 *
 * An epoch is the time from the last step of the one before to its own last
 * step, reading pictures, log and checkpoints included, validations not: there
 * is one before the first epoch and one behind the last. Plain batches of the
 * paper, 4 pairs a step. Ends with 1 where the second epoch of the last block,
 * or a later one, is not `--limit` times as fast.
 *
 * @module
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { DataFormat } from "@simsc/core/data";
import {
  createBackend,
  decodingWorker,
  paperDefaults,
  startRun,
  train,
  type TrainConfig,
  trainingData,
} from "@simsc/core/runs";
import { right } from "./_right.ts";
import { givenOption, numberOption, wholeOption } from "./option_values.ts";
import { scriptOptions } from "./script_options.ts";
import { summarize } from "./statistics.ts";

/** The paper's rates (Sec. 4.2). */
const RATES = { last: 1e-4, full: 2e-5 } as const;

const { values: options } = scriptOptions(import.meta.url, {
  options: {
    data: { type: "string" },
    format: { type: "string", default: "willow" },
    split: { type: "string", default: "train" },
    "validation-split": { type: "string", default: "val" },
    backbone: { type: "string", default: "resnet18" },
    weights: { type: "string" },
    epochs: { type: "string", default: "2" },
    limit: { type: "string", default: "5" },
  },
});
const data = givenOption("--data", options.data);
const weights = givenOption("--weights", options.weights);
const epochs = wholeOption("--epochs", options.epochs, 2);
const limit = numberOption("--limit", options.limit, { above: 0 });

const backend = right(await createBackend("onnx-cpu")());
const scratch = await mkdtemp(join(tmpdir(), "epochs-"));
const base: TrainConfig = {
  ...paperDefaults,
  data,
  format: options.format as DataFormat,
  trainSplit: options.split,
  validationSplit: options["validation-split"],
  backbone: options.backbone,
  weights,
  epochs,
  // More than there are: the last step is validated all the same.
  validateEvery: Number.MAX_SAFE_INTEGER,
  backend: "onnx-cpu",
};

/** Seconds of each epoch. */
async function epochTimes(scope: "last" | "full"): Promise<readonly number[]> {
  const config = { ...base, scope, learningRate: RATES[scope] };
  const out = join(scratch, scope);
  const data = right(await trainingData(config, { out })());
  const run = right(await startRun(config, out)());
  let since = NaN;
  const ends: number[] = [];
  right(
    await train(backend, run, data, {
      worker,
      onProgress: (event) => {
        if (event.kind === "validation" && event.step === 0) {
          since = performance.now();
        }
        if (event.kind === "step") ends[event.epoch] = performance.now();
      },
    })(),
  );
  return ends.map((end, i) => (end - (ends[i - 1] ?? since)) / 1000);
}

const worker = decodingWorker();
const times = {
  last: await epochTimes("last"),
  full: await epochTimes("full"),
};
await rm(scratch, { recursive: true });
await backend.close();
for (const [scope, seconds] of Object.entries(times)) {
  console.log(
    `${scope}: ${seconds.map((each) => each.toFixed(1)).join(", ")} s an epoch`,
  );
}
const later = (seconds: readonly number[]): number =>
  summarize(seconds.slice(1)).median;
const ratio = later(times.full) / later(times.last);
console.log(`from the second epoch on ${ratio.toFixed(1)} times as fast`);
process.exit(ratio >= limit ? 0 : 1);
