/**
 * Times the evaluation of the PF-WILLOW pairs against a PyTorch loop that keeps
 * each picture's features, in turns:
 *
 *     deno task bench:evaluate --data FOLDER --weights resnet18.safetensors
 *       [--python PATH] [--rounds 10] [--json FILE]
 *
 * `work` is what both do between reading the lists and the PCK, in a process
 * that has started and run it before; here every round compiles its programs
 * anew. `command` is the whole of either, from an empty process. PyTorch runs
 * in the faster of two memory layouts and of one or eight pictures a pass,
 * found first. `again` is the whole command where both find the features of an
 * earlier one in files. Without Python and PyTorch it says so and ends well.
 *
 * @module
 */

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onnxBackend } from "@simsc/core/backends/onnx";
import { readPairs } from "@simsc/core/data";
import { decodingWorker, evaluateModels, loadWeights } from "@simsc/core/runs";
import { givenOption, wholeOption } from "./option_values.ts";
import { pause } from "./pause.ts";
import { measured, resultsPath, writeResults } from "./results_file.ts";
import { scriptOptions } from "./script_options.ts";
import { summarize } from "./statistics.ts";

const PEER = fileURLToPath(
  new URL("peers/evaluate_willow.py", import.meta.url),
);
const OURS = fileURLToPath(new URL("../examples/evaluate.ts", import.meta.url));
const THREADS = 2;
/**
 * Longer than elsewhere: both sides keep threads that spin after their work, and
 * the published times were measured with it.
 */
const PAUSE_MS = 200;

const { values: options } = scriptOptions(import.meta.url, {
  options: {
    data: { type: "string" },
    weights: { type: "string" },
    python: { type: "string", default: "python3" },
    rounds: { type: "string", default: "10" },
    json: { type: "string", default: resultsPath("evaluate.json") },
  },
});
const { python } = options;
const data = givenOption("--data", options.data);
const weights = givenOption("--weights", options.weights);
const rounds = wholeOption("--rounds", options.rounds);

/** How the peer runs. */
interface PeerSettings {
  readonly layout: "contiguous" | "channels_last";
  readonly batch: number;
}

/** What the peer answers. */
interface PeerAnswer {
  readonly ms: Readonly<Record<string, number>>;
  readonly pck: Readonly<Record<string, number>>;
}

/** The peer, one evaluation at a time. */
interface WillowPeer {
  readonly versions: Readonly<Record<string, string | number>>;
  readonly ask: (settings: PeerSettings) => Promise<PeerAnswer>;
  readonly close: () => void;
}

const peer = await startWillowPeer();
if (peer === undefined) {
  console.log(`skipped: ${python} has no PyTorch or Pillow`);
  process.exit(0);
}
const created = await onnxBackend({ device: "cpu", threads: THREADS })();
if (created._tag === "Left") throw created.left;
const backend = created.right;

await ourWork();
const settings = await fastest(peer);
const times = {
  work: { ours: [] as number[], theirs: [] as number[] },
  command: { ours: [] as number[], theirs: [] as number[] },
  again: { ours: [] as number[], theirs: [] as number[] },
};
let pck = {};
for (let round = 0; round < rounds; round++) {
  const start = performance.now();
  const ours = await ourWork();
  times.work.ours.push(performance.now() - start);
  await pause(PAUSE_MS);
  const theirs = await peer.ask(settings);
  times.work.theirs.push(theirs.ms["total"] ?? NaN);
  pck = { ours, theirs: theirs.pck };
  await pause(PAUSE_MS);
}
peer.close();
const scratch = await mkdtemp(join(tmpdir(), "evaluate-"));
const ourArguments = [
  ...["run", "-P=runs", "--quiet", OURS, "--backbone", "resnet18"],
  ...["--weights", weights, "--data", data, "--format", "pf-willow"],
  ...["--beta-eval", "0.02"],
];
const theirArguments = [
  ...[PEER, "--weights", weights, "--data", data],
  ...["--layout", settings.layout, "--batch", String(settings.batch)],
];
const kept = {
  ours: [...ourArguments, "--feature-cache", join(scratch, "ours")],
  theirs: [...theirArguments, "--features", join(scratch, "theirs.pt")],
};
await whole(process.execPath, kept.ours);
await whole(python, kept.theirs);
for (let round = 0; round < rounds; round++) {
  const { command, again } = times;
  command.ours.push(await whole(process.execPath, ourArguments));
  await pause(PAUSE_MS);
  command.theirs.push(await whole(python, theirArguments));
  await pause(PAUSE_MS);
  again.ours.push(await whole(process.execPath, kept.ours));
  await pause(PAUSE_MS);
  again.theirs.push(await whole(python, kept.theirs));
  await pause(PAUSE_MS);
}
await rm(scratch, { recursive: true });
await backend.close();

const rows = Object.entries(times).map(([name, { ours, theirs }]) => {
  const [a, b] = [summarize(ours), summarize(theirs)];
  return {
    case: name,
    ours: a,
    theirs: b,
    ratio: a.median / b.median,
    times: { ours, theirs },
  };
});
for (const { case: name, ours, theirs, ratio } of rows) {
  const side = (s: typeof ours) =>
    `${s.median.toFixed(0)} (${s.q1.toFixed(0)}-${s.q3.toFixed(0)}) ms`;
  console.log(
    `${name}: ours ${side(ours)}, PyTorch ${side(theirs)}, ` +
      `ratio ${ratio.toFixed(2)}`,
  );
}
const { lowering } = backend;
await writeResults(options.json, {
  ...measured({ lowering, ...peer.versions, threads: THREADS }),
  peer: settings,
  rounds,
  pck,
  rows,
});

/** Lists, weights, pictures, features, matches and PCK, programs compiled anew. */
async function ourWork(): Promise<unknown> {
  const worker = decodingWorker();
  const set = await readPairs(data, { format: "pf-willow", split: "test" })();
  if (set._tag === "Left") throw new Error(set.left.message);
  const source = { backbone: "resnet18", weights };
  const model = {
    name: "resnet18",
    open: loadWeights(source),
    backbone: source,
  };
  const found = await evaluateModels(backend, {
    models: [model],
    sets: [{ folder: data, set: set.right }],
  }, {
    alphas: [0.05, 0.1, 0.15],
    space: "evaluation",
    worker,
    readings: () => [{ betaEval: 0.02, sigmaCells: 7 }],
  })().finally(worker.close);
  if (found._tag === "Left") throw new Error(found.left.message);
  return found.right[0]?.result.pck.perImage;
}

async function fastest(peer: WillowPeer): Promise<PeerSettings> {
  const candidates = (["contiguous", "channels_last"] as const)
    .flatMap((layout) => [1, 8].map((batch) => ({ layout, batch })));
  let best = { ms: Infinity, settings: candidates[0] as PeerSettings };
  for (const settings of candidates) {
    for (let i = 0; i < 3; i++) {
      const ms = (await peer.ask(settings)).ms["total"] ?? NaN;
      if (ms < best.ms) best = { ms, settings };
    }
  }
  return best.settings;
}

/** None where Python, PyTorch or Pillow is missing. */
async function startWillowPeer(): Promise<WillowPeer | undefined> {
  const child = spawn(python, [
    ...[PEER, "--data", data, "--weights", weights, "--rounds", "0"],
  ], { stdio: ["pipe", "pipe", "ignore"] });
  const lines = createInterface({ input: child.stdout })[
    Symbol.asyncIterator
  ]();
  const line = async (): Promise<string | undefined> => {
    const { value, done } = await lines.next();
    return done ? undefined : value;
  };
  const failed = new Promise<undefined>((resolve) => {
    child.on("error", () => resolve(undefined));
  });
  const hello = await Promise.race([line(), failed]);
  if (hello === undefined) return undefined;
  return {
    versions: JSON.parse(hello),
    ask: async (settings) => {
      child.stdin.write(`${JSON.stringify(settings)}\n`);
      const answer = await line();
      if (answer === undefined) throw new Error("the peer ended");
      return JSON.parse(answer);
    },
    close: () => void child.stdin.end(),
  };
}

/** Milliseconds of a process from start to end. */
function whole(command: string, args: readonly string[]): Promise<number> {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args], { stdio: "ignore" });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(performance.now() - start);
      else reject(new Error(`${command} ended with ${code}`));
    });
  });
}
