/**
 * Matching on maps of 64 × 64 cells and 768 channels: peak memory above the
 * two maps, and time against PyTorch, each side in a process of its own and
 * step by step in turns. Without Python and PyTorch it says so and ends well.
 *
 *     deno task bench:match [--python PATH] [--steps 20] [--json FILE]
 *
 * @module
 */

import process from "node:process";
import project from "../deno.json" with { type: "json" };
import type { WorkAnswer } from "./answer_work.ts";
import { wholeOption } from "./option_values.ts";
import { pause } from "./pause.ts";
import {
  type Measured,
  measured,
  resultsPath,
  writeResults,
} from "./results_file.ts";
import { scriptOptions } from "./script_options.ts";
import { startPeer, startScript } from "./side_process.ts";
import { summarize, type Summary } from "./statistics.ts";

const CASES = ["queries-20", "queries-20-product", "dense-field"] as const;
const WARM_UP = 3;
const MB = 2 ** 20;

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
for (const name of CASES) {
  const theirs = await startPeer(options.python, ["match_scale.py", name]);
  if (theirs === undefined) {
    console.log(`skipped: ${options.python} has no PyTorch`);
    process.exit(0);
  }
  const ours = await startScript(["match_scale_ours.ts", name], [
    "--v8-flags=--expose-gc",
  ]);
  if (rows.length === 0) {
    console.log(
      "case                ours ms   MB    PyTorch ms   MB    ratio of times",
    );
  }
  versions = { ...ours.versions, ...theirs.versions };
  const answers = { ours: [] as WorkAnswer[], theirs: [] as WorkAnswer[] };
  for (let step = -WARM_UP; step < steps; step++) {
    for (const [side, of] of [["ours", ours], ["theirs", theirs]] as const) {
      const answer = await of.run({});
      if (step >= 0) answers[side].push(answer);
      await pause();
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
