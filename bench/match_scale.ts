/**
 * Matching on maps of 64 × 64 cells and 768 channels: peak memory above the
 * two maps, and time against PyTorch, each side in a process of its own and
 * step by step in turns.
 *
 *     deno task bench:match [--python PATH] [--steps 20] [--json FILE]
 *
 * @module
 */

import process from "node:process";
import { fileURLToPath } from "node:url";
import project from "../deno.json" with { type: "json" };
import type { WorkAnswer } from "./answer_work.ts";
import {
  type Measured,
  measured,
  resultsPath,
  writeResults,
} from "./results_file.ts";
import { scriptOptions, wholeOption } from "./script_options.ts";
import { startSide } from "./side_process.ts";
import { summarize, type Summary } from "./statistics.ts";

const CASES = ["queries-20", "queries-20-product", "dense-field"] as const;
const WARM_UP = 3;
/** Idle worker threads of one side spin for a while and would slow the other. */
const PAUSE_MS = 50;
const MB = 2 ** 20;

function here(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

interface SideResult extends Summary {
  /** Mebibytes above the maps. */
  readonly peakMb: number;
  /** Milliseconds of each step. */
  readonly times: readonly number[];
}

function result(answers: readonly WorkAnswer[]): SideResult {
  const times = answers.flatMap(({ ms }) => ms);
  const peakMb = Math.max(...answers.map(({ peak = NaN }) => peak)) / MB;
  return { ...summarize(times), peakMb, times };
}

const { values: options } = scriptOptions(import.meta.url, {
  options: {
    python: { type: "string", default: "python3" },
    steps: { type: "string", default: "20" },
    json: { type: "string", default: resultsPath("match_scale.json") },
  },
});
const steps = wholeOption("--steps", options.steps);

const rows = [];
let versions: Measured["versions"] = {};
console.log(
  "case                ours ms   MB    PyTorch ms   MB    ratio of times",
);
for (const name of CASES) {
  const ours = await startSide(process.execPath, [
    "run",
    "--v8-flags=--expose-gc",
    "--allow-read",
    "--allow-ffi",
    "--allow-env=ORT_DISABLE_TELEMETRY",
    here("match_scale_ours.ts"),
    name,
  ]);
  const theirs = await startSide(options.python, [
    here("peers/match_scale.py"),
    name,
  ]);
  versions = { ...ours.versions, ...theirs.versions };
  const answers = { ours: [] as WorkAnswer[], theirs: [] as WorkAnswer[] };
  for (let step = -WARM_UP; step < steps; step++) {
    for (const [side, of] of [["ours", ours], ["theirs", theirs]] as const) {
      const answer = await of.run({});
      if (step >= 0) answers[side].push(answer);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
  ours.close();
  theirs.close();
  const [a, b] = [result(answers.ours), result(answers.theirs)];
  const ratio = a.median / b.median;
  rows.push({ case: name, ours: a, theirs: b, ratio });
  console.log(
    name.padEnd(20) +
      [a.median, a.peakMb, b.median, b.peakMb, ratio].map((x, i) =>
        x.toFixed(i === 4 ? 2 : 1).padEnd([10, 6, 13, 6, 0][i]!)
      ).join(""),
  );
}
const runtime = project.imports["onnxruntime-node"];
await writeResults(options.json, {
  ...measured({ runtime, ...versions }),
  steps,
  rows,
});
process.exit(0);
