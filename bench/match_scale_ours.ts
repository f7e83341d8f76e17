/**
 * The library's side of `match_scale.ts`: one case in a process of its own,
 * so that its peak memory is its own.
 *
 * @module
 */

import process from "node:process";
import { createInterface } from "node:readline";
import { denseCorrespondence, matchMaps } from "@simsc/core";
import { onnxBackend, type OnnxTensor } from "@simsc/core/backends/onnx";
import { numbers } from "./_backends.ts";

const CHANNELS = 768;
const SIDE = 64;
const QUERIES = 20;
const THREADS = 2;

const created = await onnxBackend({ device: "cpu", threads: THREADS })();
if (created._tag === "Left") throw created.left;
const backend = created.right;

function map(seed: number): OnnxTensor {
  const shape = [1, CHANNELS, SIDE, SIDE];
  return backend.tensor(numbers(CHANNELS * SIDE * SIDE, seed), shape);
}

function queriesCase(normalize: boolean): () => Promise<void> {
  const queries = backend.tensor(
    numbers(QUERIES * 2, 3).map((x) => (x + 1) / 2 * (SIDE - 1)),
    [1, QUERIES, 2],
  );
  const program = backend.compile((inputs) => ({
    maps: matchMaps(
      backend,
      inputs as typeof features & { queries: OnnxTensor },
      {
        normalize,
      },
    ),
  }));
  return async () => {
    const { maps } = await program({ ...features, queries });
    await backend.read([maps!]);
    backend.dispose([maps!]);
  };
}

function denseCase(): () => Promise<void> {
  const match = denseCorrespondence(backend, {
    localizer: { kind: "kernelSoftArgmax", sigmaCells: 7 },
    beta: 0.03,
  });
  return async () => {
    await match(features);
  };
}

const features = { featuresA: map(1), featuresB: map(2) };
const cases: Readonly<Record<string, () => () => Promise<void>>> = {
  "queries-20": () => queriesCase(true),
  "queries-20-product": () => queriesCase(false),
  "dense-field": denseCase,
};

// The runtime is loaded and has run once before memory is counted.
const probe = backend.tensor([1, 2, 3, 4], [2, 2]);
await backend.read([backend.matMul(probe, probe)]);
const run = cases[process.argv[2] ?? ""]?.();
if (run === undefined) throw new RangeError(`one of ${Object.keys(cases)}`);
(globalThis as { gc?: () => void }).gc?.();
const before = Deno.memoryUsage().rss;
await run();
console.log(JSON.stringify({ versions: { lowering: backend.lowering } }));
for await (const _ of createInterface({ input: process.stdin })) {
  const start = performance.now();
  await run();
  const ms = performance.now() - start;
  const peak = process.resourceUsage().maxRSS * 1024 - before;
  console.log(JSON.stringify({ ms: [ms], peak }));
}
await backend.close();
