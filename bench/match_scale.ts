/**
 * Matching on maps of 64 × 64 cells and 768 channels: peak memory above the
 * two maps, and time against PyTorch, each side in a process of its own and
 * step by step in turns.
 *
 *     deno task bench:match [--python PATH] [--steps 20] [--json FILE]
 *
 * @module
 */

import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { dirname } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { summarize, type Summary } from "./peers/statistics.ts";

const CASES = ["queries-20", "queries-20-product", "dense-field"] as const;
const WARM_UP = 3;
/** Idle worker threads of one side spin for a while and would slow the other. */
const PAUSE_MS = 50;
const MB = 2 ** 20;

interface Answer {
  /** Milliseconds of one run. */
  readonly ms: number;
  /** Most bytes ever held above the maps, an upper bound. */
  readonly peak: number;
}

interface Side {
  readonly run: () => Promise<Answer>;
  readonly close: () => void;
}

function here(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

function start(command: string, args: readonly string[]): Side {
  const child: ChildProcess = spawn(command, args, {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout! })
    [Symbol.asyncIterator]();
  return {
    run: async () => {
      child.stdin!.write("\n");
      const { value, done } = await lines.next();
      if (done) throw new Error(`${command} ended`);
      return JSON.parse(value);
    },
    close: () => child.stdin!.end(),
  };
}

interface SideResult extends Summary {
  /** Mebibytes above the maps. */
  readonly peakMb: number;
  /** Milliseconds of each step. */
  readonly times: readonly number[];
}

function result(answers: readonly Answer[]): SideResult {
  const times = answers.map(({ ms }) => ms);
  const peakMb = Math.max(...answers.map(({ peak }) => peak)) / MB;
  return { ...summarize(times), peakMb, times };
}

const { values: options } = parseArgs({
  options: {
    python: { type: "string", default: "python3" },
    steps: { type: "string", default: "20" },
    json: { type: "string", default: here("results/match_scale.json") },
  },
});
const steps = Number(options.steps);
if (!Number.isInteger(steps) || steps < 1) {
  throw new RangeError("--steps must be a whole number of at least 1");
}

const rows = [];
console.log(
  "case                ours ms   MB    PyTorch ms   MB    ratio of times",
);
for (const name of CASES) {
  const ours = start(Deno.execPath(), [
    "run",
    "--v8-flags=--expose-gc",
    "--allow-read",
    "--allow-ffi",
    here("match_scale_ours.ts"),
    name,
  ]);
  const theirs = start(options.python, [here("peers/match_scale.py"), name]);
  const answers = { ours: [] as Answer[], theirs: [] as Answer[] };
  for (let step = -WARM_UP; step < steps; step++) {
    for (const [side, of] of [["ours", ours], ["theirs", theirs]] as const) {
      const answer = await of.run();
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
await mkdir(dirname(options.json), { recursive: true });
const results = {
  date: new Date().toISOString(),
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  steps,
  versions: { deno: Deno.version.deno },
  rows,
};
await writeFile(options.json, `${JSON.stringify(results, null, 2)}\n`);
process.exit(0);
