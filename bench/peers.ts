/**
 * Times the library against PyTorch on the same work, step by step in turns.
 *
 *     deno task bench:peers [--python PATH] [--case NAME]... [--steps 20]
 *       [--seconds 20] [--json FILE] [--check FILE] [--lowering auto]
 *
 * PyTorch runs in the faster of its two memory layouts, found first. Machines
 * drift, so the counted steps alternate, and of short ones there are more than
 * `--steps`: as many as `--seconds` hold. Without Python and PyTorch it says so
 * and ends well. `--check` compares the ratios with those of an earlier file and
 * ends with 1 where one is worse by more than 15 %. What is published is
 * replaced by all cases with the lowering that `auto` takes; others are written
 * where `--json` says.
 *
 * @module
 */

import process from "node:process";
import { type Lowering, LOWERINGS } from "@simsc/core/runs";
import project from "../deno.json" with { type: "json" };
import { compareSides, type Comparison } from "./compare_sides.ts";
import {
  nameOption,
  namesOption,
  numberOption,
  wholeOption,
} from "./option_values.ts";
import {
  measured,
  readResults,
  resultsTarget,
  writeResults,
} from "./results_file.ts";
import { scriptOptions } from "./script_options.ts";
import { type Side, startOurs, startPeer } from "./side_process.ts";
import type { Summary } from "./statistics.ts";
import { workOf } from "./work.ts";
import { worsened } from "./worsened.ts";
import { wrongOption } from "./wrong_option.ts";

/** The short ones first: what the long ones leave in memory slows both sides. */
const CASES = [
  "resnet50-locate",
  "vitb16-locate",
  "resnet18-step",
  "resnet50-step",
  "vits16-step",
] as const;
const THREADS = 2;
const WARM_UP = 3;
const LAYOUT_ROUNDS = 5;

/** One line of the table. */
interface Row extends Comparison {
  readonly case: string;
  /** Of the library's side. */
  readonly versions: Side["versions"];
}

async function compare(
  theirs: Side,
  name: string,
  { steps, seconds, lowering }: {
    readonly steps: number;
    readonly seconds: number;
    readonly lowering: Lowering;
  },
): Promise<Row> {
  const ours = await startOurs({
    backend: "onnx-cpu",
    threads: THREADS,
    lowering,
  });
  const found = await compareSides({ ours, theirs }, {
    work: workOf(name),
    threads: THREADS,
    rounds: steps,
    seconds,
    warmUp: WARM_UP,
    layoutRounds: LAYOUT_ROUNDS,
  });
  ours.close();
  return { case: name, versions: ours.versions, ...found };
}

function tableLine(row: Row): string {
  const side = (s: Summary) =>
    `${s.median.toFixed(1)} (${s.q1.toFixed(1)}-${s.q3.toFixed(1)})`;
  return [
    row.case.padEnd(16),
    side(row.ours).padEnd(24),
    side(row.theirs).padEnd(24),
    row.ratio.toFixed(2).padEnd(7),
    row.layout,
  ].join("");
}

const { values: options } = scriptOptions(import.meta.url, {
  options: {
    python: { type: "string", default: "python3" },
    json: { type: "string" },
    steps: { type: "string", default: "20" },
    seconds: { type: "string", default: "20" },
    case: { type: "string", multiple: true, default: [...CASES] },
    check: { type: "string" },
    lowering: { type: "string", default: "auto" },
  },
});

const wanted = namesOption("--case", options.case, CASES);
const cases = CASES.filter((name) => wanted.includes(name));
const lowering = nameOption("--lowering", options.lowering, LOWERINGS);
const target = resultsTarget("peers.json", {
  json: options.json,
  isWhole: cases.length === CASES.length && lowering === "auto",
});
const steps = wholeOption("--steps", options.steps);
const seconds = numberOption("--seconds", options.seconds, { least: 0 });

// Read first: it may be the file that will be written.
const earlier = options.check === undefined
  ? undefined
  : await readResults(options.check);
if (options.check !== undefined && earlier === undefined) {
  wrongOption(`--check must be a readable file: got "${options.check}"`);
}

const peer = await startPeer(options.python);
if (peer === undefined) {
  console.log(`skipped: ${options.python} has no PyTorch`);
  process.exit(0);
}

const rows: Row[] = [];
console.log(
  ["case", "ours ms (quartiles)", "PyTorch ms (quartiles)", "ratio"]
    .map((title, i) => title.padEnd([16, 24, 24, 7][i] ?? 0)).join("") +
    "layout",
);
for (const name of cases) {
  const row = await compare(peer, name, { steps, seconds, lowering });
  rows.push(row);
  console.log(tableLine(row));
}
peer.close();
const results = {
  ...measured({
    runtime: project.imports["onnxruntime-node"],
    ...rows[0]?.versions,
    ...peer.versions,
    threads: THREADS,
  }),
  steps,
  seconds,
  lowering,
  rows,
};
if (target !== undefined) await writeResults(target, results);

if (earlier !== undefined) {
  const worse = worsened(results, earlier);
  for (const line of worse) console.error(`worse: ${line}`);
  process.exit(worse.length === 0 ? 0 : 1);
}
