/**
 * Times the engines that run in browsers, and native ONNX Runtime as the anchor
 * of the same run: in Deno, and in Chromium where it is installed.
 *
 *     deno task bench:engines [--case NAME]... [--pairs N] [--rounds 10]
 *       [--limit 60] [--chromium COMMAND] [--gpu] [--json FILE]
 *
 * Each engine is a process of its own, and they take turns round by round. An
 * engine that takes longer than `--limit` seconds for its first run is left
 * out and says so; one on real hardware gets three starts, and their count is
 * told. A GPU that a program plays gives right numbers and no speed: it is
 * started for its result alone, compared with the anchor's, and gets no ratio.
 * Chromium's GPU is played by SwiftShader unless `--gpu` asks for the machine's
 * own. A case replaces its own section of the file alone.
 *
 * @module
 */

import { execFile } from "node:child_process";
import process from "node:process";
import { promisify } from "node:util";
import type { BackendName } from "@simsc/core/runs";
import project from "../deno.json" with { type: "json" };
import type { EngineDescription } from "./describe_engine.ts";
import { namesOption, numberOption, wholeOption } from "./option_values.ts";
import { pause } from "./pause.ts";
import {
  type Measured,
  measured,
  resultsPath,
  writeSections,
} from "./results_file.ts";
import { scriptOptions } from "./script_options.ts";
import { type Side, startOurs } from "./side_process.ts";
import { bundledPage, startBrowser } from "./start_browser.ts";
import { summarize, type Summary } from "./statistics.ts";
import { CASE_NAMES, type Work, workOf } from "./work.ts";

/** What is started. */
export interface Engine {
  /** What runs it. */
  readonly host: "deno" | "chromium";
  /** Name of its backend. */
  readonly backend: BackendName;
  /** Threads, where they can be chosen. */
  readonly threads?: number;
}

/** One engine at one case. */
export interface EngineRow extends EngineDescription {
  /** Host, backend, and threads where several were tried. */
  readonly case: string;
  /** Where it ran. */
  readonly host: Engine["host"];
  /** Name of the backend. */
  readonly backend: BackendName;
  /** How often it was started until it ran, or was given up. */
  readonly starts: number;
  /** Milliseconds; none where it did not run. */
  readonly ours?: Summary;
  /** Its median over the anchor's; none on an emulated GPU, nor of the anchor. */
  readonly ratio?: number;
  /** Its result off the anchor's, as a share of it: the second loss, or points. */
  readonly difference?: number;
  /** Milliseconds of each counted round. */
  readonly times?: readonly number[];
  /** Why it has no times. */
  readonly failure?: string;
}

/** One case, measured. */
export interface EngineSection extends Measured {
  /** What was done. */
  readonly work: Work;
  /** Counted rounds of engines that are not emulated; those have one. */
  readonly rounds: number;
  /** The anchor first. */
  readonly rows: readonly EngineRow[];
}

const THREADS = 2;
const ANCHOR: Engine = { host: "deno", backend: "onnx-cpu", threads: THREADS };
const ENGINES: readonly Engine[] = [
  ANCHOR,
  ...(["deno", "chromium"] as const).flatMap((host): readonly Engine[] => [
    { host, backend: "onnx-wasm", threads: 1 },
    { host, backend: "onnx-wasm", threads: THREADS },
    { host, backend: "tfjs-wasm" },
    { host, backend: "onnx-webgpu" },
    { host, backend: "tfjs-webgpu" },
  ]),
];
/** What is done, and what of it is not as usual. */
const CASES: Readonly<Record<string, Partial<Work>>> = {
  "small-step": {},
  "small-locate": {},
  "resnet18-locate": {},
  // More pairs at once would take minutes where a program plays the GPU.
  "resnet18-step": { pairs: 1 },
};
/** Beside the runs that start an engine. */
const WARM_UP = 1;
const STARTS = 3;

function nameOf({ host, backend, threads }: Engine): string {
  const count = backend === "onnx-wasm" ? ` ${threads}` : "";
  return `${host} ${backend}${count}`;
}

/** The answer, or a failure after so many seconds. */
async function within<A>(seconds: number, answer: Promise<A>): Promise<A> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `no answer within ${seconds} s`;
    timer = setTimeout(() => reject(new Error(message)), seconds * 1000);
  });
  return await Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

/** An engine at work. */
export interface Running {
  /** What was started. */
  readonly engine: Engine;
  /** Where it runs; none where it failed. */
  side?: Side;
  /** How often it was started. */
  readonly starts: number;
  /** What its result was. */
  value?: number;
  /** Why it is out. */
  failure?: string;
  /** Milliseconds of each counted round. */
  readonly times: number[];
  /** What it said of itself. */
  description: EngineDescription;
}

/** One run, after which an engine that failed is out. */
async function step(
  running: Running,
  { work, limit }: { readonly work: Work; readonly limit: number },
): Promise<{ readonly ms: number; readonly value: number } | undefined> {
  const { side } = running;
  if (side === undefined) return undefined;
  try {
    const run = side.run({ ...work, steps: 1 });
    const { ms: [ms = NaN], value } = await within(limit, run);
    return { ms, value };
  } catch (error) {
    running.failure = error instanceof Error ? error.message : String(error);
    delete running.side;
    await side.close();
    return undefined;
  } finally {
    await pause();
  }
}

/**
 * Starts an engine and takes its result: the loss of the second step, which
 * gradients and Adam have a part in. Some hang now and then as they start.
 */
async function start(
  engine: Engine,
  { open, ...run }: {
    readonly open: (engine: Engine) => Promise<Side>;
    readonly work: Work;
    readonly limit: number;
  },
): Promise<Running> {
  for (let starts = 1;; starts++) {
    const running: Running = { engine, starts, times: [], description: {} };
    try {
      running.side = await within(run.limit, open(engine));
    } catch (error) {
      running.failure = error instanceof Error ? error.message : String(error);
      return running;
    }
    running.description = running.side.engine ?? {};
    let found = await step(running, run);
    if (run.work.case.endsWith("-step")) found = await step(running, run);
    running.value = found?.value ?? NaN;
    if (running.description.emulated === true) {
      if (found !== undefined) running.times.push(found.ms);
      await running.side?.close();
      delete running.side;
      return running;
    }
    if (running.failure === undefined || starts === STARTS) return running;
  }
}

/** The row of an engine beside the anchor's. */
export function rowOf(
  { engine, description, starts, value, failure, times }: Running,
  anchor: Running,
): EngineRow {
  const { host, backend } = engine;
  const told = {
    case: nameOf(engine),
    host,
    backend,
    starts,
    ...description,
  };
  if (failure !== undefined) return { ...told, failure };
  const ours = summarize(times);
  const off = Math.abs((value ?? NaN) - (anchor.value ?? NaN));
  const isTimed = engine !== anchor.engine && description.emulated !== true;
  return {
    ...told,
    ours,
    ...(isTimed && { ratio: ours.median / summarize(anchor.times).median }),
    difference: off / Math.abs(anchor.value ?? NaN),
    times,
  };
}

function line(
  { case: name, ours, ratio, failure, emulated, ...row }: EngineRow,
): string {
  if (failure !== undefined) return `${name.padEnd(24)}${failure}`;
  const { median = NaN, q1 = NaN, q3 = NaN } = ours ?? {};
  return name.padEnd(24) +
    `${median.toFixed(1)} ms (${q1.toFixed(1)}-${q3.toFixed(1)})`.padEnd(32) +
    (ratio === undefined ? "" : ratio.toFixed(2)).padEnd(8) +
    `off by ${row.difference?.toExponential(1)}` +
    (emulated === true ? `, emulated by ${row.adapter}` : "");
}

if (import.meta.main) {
  const { values: options } = scriptOptions(import.meta.url, {
    options: {
      case: { type: "string", multiple: true, default: Object.keys(CASES) },
      pairs: { type: "string" },
      rounds: { type: "string", default: "10" },
      limit: { type: "string", default: "60" },
      chromium: { type: "string", default: "chromium" },
      gpu: { type: "boolean", default: false },
      json: { type: "string", default: resultsPath("engines.json") },
    },
  });
  const rounds = wholeOption("--rounds", options.rounds);
  const limit = numberOption("--limit", options.limit, { above: 0 });
  const names = namesOption("--case", options.case, CASE_NAMES);
  const pairs = options.pairs === undefined
    ? undefined
    : wholeOption("--pairs", options.pairs);
  const { chromium, gpu } = options;
  const browser = await promisify(execFile)(chromium, ["--version"])
    .then(({ stdout }) => /[\d.]+/.exec(stdout)?.[0], () => undefined);
  if (browser === undefined) console.log(`skipped: there is no ${chromium}`);
  const page = browser === undefined ? undefined : await bundledPage();
  const present = ENGINES.filter(({ host }) =>
    host === "deno" || page !== undefined
  );

  const open = ({ host, ...ours }: Engine): Promise<Side> =>
    host === "chromium" && page !== undefined
      ? startBrowser(page, { ...ours, chromium, gpu })
      : startOurs(ours);

  for (const name of names) {
    const work = workOf(name, {
      ...CASES[name],
      ...(pairs !== undefined && { pairs }),
    });
    const running: Running[] = [];
    for (const engine of present) {
      running.push(await start(engine, { open, work, limit }));
    }
    for (let round = -WARM_UP; round < rounds; round++) {
      for (const each of running) {
        const found = await step(each, { work, limit });
        if (round >= 0 && found !== undefined) each.times.push(found.ms);
      }
    }
    const [anchor = running[0]!] = running;
    const rows = running.map((each) => rowOf(each, anchor));
    await Promise.all(running.map(({ side }) => side?.close()));
    console.log(`${name}, ${work.size} x ${work.size}, pairs: ${work.pairs}`);
    for (const row of rows) console.log(line(row));
    const section: EngineSection = {
      ...measured({
        "onnxruntime-node": project.imports["onnxruntime-node"],
        "onnxruntime-web": project.imports["onnxruntime-web"],
        tfjs: project.imports["@tensorflow/tfjs-core"],
        ...(browser !== undefined && { chromium: browser }),
        threads: THREADS,
      }),
      work,
      rounds,
      rows,
    };
    await writeSections(options.json, { [name]: section });
  }
  await page?.remove();
  process.exit(0);
}
