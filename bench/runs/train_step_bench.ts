/**
 * One training step on every backend: four pairs at 128² through the small
 * backbone, forward, objective, backward and Adam in one compiled program.
 *
 * @module
 */

import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { initModel } from "../../src/runs/model.ts";
import { drawnDefaults, modelConfig } from "../../src/runs/train_config.ts";
import { rateTensors } from "../../src/runs/_take_step.ts";
import { trainStep } from "../../src/runs/train_step.ts";
import { startState } from "../../src/runs/training_state.ts";
import { batchTensors } from "../../src/runs/training_batch.ts";
import { numbers, timedBackends } from "../_backends.ts";

const PAIRS = 4;
const KEYPOINTS = 10;
const SIZE = 128;
const CELLS = SIZE / 16;

const model = modelConfig(drawnDefaults);
const { parameters } = initModel(xoroshiro128plus(1), model);
const points = (seed: number) =>
  numbers(PAIRS * KEYPOINTS * 2, seed).map((x) => (x + 1) / 2 * (CELLS - 1));
const batch = {
  inputs: {
    images: {
      shape: [2 * PAIRS, 3, SIZE, SIZE],
      data: numbers(2 * PAIRS * 3 * SIZE * SIZE),
    },
  },
  indexA: [0, 2, 4, 6],
  indexB: [1, 3, 5, 7],
  queries: points(2),
  points: points(3),
  weights: new Float32Array(PAIRS * KEYPOINTS).fill(1),
} as const;

for (const backend of await timedBackends()) {
  const step = trainStep(backend, { ...drawnDefaults, model, frozen: {} });
  const inputs = {
    ...batchTensors(backend, batch),
    ...startState(backend, parameters).tensors,
    ...rateTensors(backend, drawnDefaults, { step: 0, steps: 1 }),
  };
  Deno.bench(backend.name, { group: "step", n: 10, warmup: 2 }, async () => {
    const outputs = await step(inputs);
    await backend.read([outputs["loss"]!]);
    backend.dispose(Object.values(outputs));
  });
}
