/**
 * Times the library against PyTorch on the same work, step by step in turns.
 *
 *     deno task bench:peers [--python PATH] [--case NAME]... [--steps 20]
 *       [--json FILE] [--check FILE] [--lowering auto]
 *
 * PyTorch runs in the faster of its two memory layouts, found first. Machines
 * drift, so the counted steps alternate. Without Python and PyTorch it says so
 * and ends well. `--check` compares the ratios with those of an earlier file and
 * ends with 1 where one is worse by more than 15 %.
 *
 * @module
 */

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { dirname } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Lowering, LOWERINGS } from "@simsc/core/runs";
import project from "../deno.json" with { type: "json" };
import {
  type PeerLayout,
  type PeerProcess,
  startPeer,
} from "./peers/peer_process.ts";
import { summarize, type Summary } from "./peers/statistics.ts";
import { type OurCase, ourCase, type PeerCase } from "./peers_ours.ts";

/** The short ones first: what the long ones leave in memory slows both sides. */
const CASES: readonly PeerCase[] = [
  "resnet50-locate",
  "vitb16-locate",
  "resnet18-step",
  "resnet50-step",
  "vits16-step",
];
const LAYOUTS: readonly PeerLayout[] = ["contiguous", "channels_last"];
const WARM_UP = 3;
const LAYOUT_STEPS = 5;
/** Idle worker threads of one side spin for a while and would slow the other. */
const PAUSE_MS = 50;

/** One line of the table. */
interface Row {
  readonly case: PeerCase;
  readonly layout: PeerLayout;
  /** Fastest of PyTorch's uncounted steps in each layout, in ms. */
  readonly layouts: Readonly<Record<PeerLayout, number>>;
  readonly ours: Summary;
  readonly theirs: Summary;
  /** Our median over theirs; below 1 the library is faster. */
  readonly ratio: number;
  readonly times: {
    readonly ours: readonly number[];
    readonly theirs: readonly number[];
  };
}

/** A result file to compare with. */
interface Earlier {
  readonly cpu?: string;
  readonly rows: readonly Pick<Row, "case" | "ratio">[];
}

/** How much worse a ratio may become. */
const WORSE = 1.15;

/** Says which ratios became worse than they may; none where all hold. */
function worsened(rows: readonly Row[], earlier: Earlier): readonly string[] {
  return rows.flatMap(({ case: name, ratio }) => {
    const before = earlier.rows.find((row) => row.case === name)?.ratio;
    return before === undefined || ratio <= WORSE * before
      ? []
      : [`${name}: ${ratio.toFixed(2)}, was ${before.toFixed(2)}`];
  });
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}

/** Takes turns here too, and compares the fastest steps: a disturbance must not choose. */
async function fasterLayout(
  peer: PeerProcess,
  name: PeerCase,
): Promise<Pick<Row, "layout" | "layouts">> {
  const layouts: Record<PeerLayout, number> = {
    contiguous: Infinity,
    channels_last: Infinity,
  };
  for (let step = -WARM_UP; step < LAYOUT_STEPS; step++) {
    for (const layout of LAYOUTS) {
      const [ms = NaN] = await peer.run({ case: name, layout, steps: 1 });
      if (step >= 0) layouts[layout] = Math.min(layouts[layout], ms);
    }
  }
  const layout = layouts.contiguous < layouts.channels_last
    ? "contiguous"
    : "channels_last";
  return { layout, layouts };
}

async function timed(ours: OurCase): Promise<number> {
  const start = performance.now();
  await ours.step();
  return performance.now() - start;
}

async function compare(
  peer: PeerProcess,
  name: PeerCase,
  { steps, lowering }: {
    readonly steps: number;
    readonly lowering: Lowering;
  },
): Promise<Row> {
  const choice = await fasterLayout(peer, name);
  const ours = await ourCase(name, lowering);
  const times = { ours: [] as number[], theirs: [] as number[] };
  for (let step = -WARM_UP; step < steps; step++) {
    const mine = await timed(ours);
    await pause();
    const request = { case: name, layout: choice.layout, steps: 1 };
    const [theirs = NaN] = await peer.run(request);
    await pause();
    if (step < 0) continue;
    times.ours.push(mine);
    times.theirs.push(theirs);
  }
  await ours.close();
  const [a, b] = [summarize(times.ours), summarize(times.theirs)];
  return {
    case: name,
    ...choice,
    ours: a,
    theirs: b,
    ratio: a.median / b.median,
    times,
  };
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

function wantedCases(names: readonly string[]): readonly PeerCase[] {
  const wanted = CASES.filter((name) => names.includes(name));
  if (wanted.length < names.length) {
    throw new RangeError(`--case must be one of ${CASES.join(", ")}`);
  }
  return names.length === 0 ? CASES : wanted;
}

const { values: options } = parseArgs({
  options: {
    python: { type: "string", default: "python3" },
    json: {
      type: "string",
      default: fileURLToPath(new URL("results/peers.json", import.meta.url)),
    },
    steps: { type: "string", default: "20" },
    case: { type: "string", multiple: true, default: [] },
    check: { type: "string" },
    lowering: { type: "string", default: "auto" },
  },
});

const cases = wantedCases(options.case);
const lowering = LOWERINGS.find((known) => known === options.lowering);
if (lowering === undefined) {
  throw new RangeError(`--lowering must be one of ${LOWERINGS.join(", ")}`);
}
const steps = Number(options.steps);
if (!Number.isInteger(steps) || steps < 1) {
  throw new RangeError("--steps must be a whole number of at least 1");
}

// Read first: it may be the file that will be written.
const earlier = options.check === undefined
  ? undefined
  : JSON.parse(await readFile(options.check, "utf8")) as Earlier;

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
  const row = await compare(peer, name, { steps, lowering });
  rows.push(row);
  console.log(tableLine(row));
}
peer.close();
await mkdir(dirname(options.json), { recursive: true });
await writeFile(
  options.json,
  `${
    JSON.stringify(
      {
        date: new Date().toISOString(),
        cpu: cpus()[0]?.model,
        cores: cpus().length,
        versions: {
          deno: Deno.version.deno,
          runtime: project.imports["onnxruntime-node"],
          ...peer.versions,
        },
        steps,
        lowering,
        rows,
      },
      null,
      2,
    )
  }\n`,
);

if (earlier !== undefined) {
  const worse = worsened(rows, earlier);
  const other = earlier.cpu === cpus()[0]?.model ? "" : `, on ${earlier.cpu}`;
  for (const line of worse) console.error(`worse: ${line}${other}`);
  process.exit(worse.length === 0 ? 0 : 1);
}
