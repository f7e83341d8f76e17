/**
 * Peak resident memory of training, here and in PyTorch: a fresh process a
 * measurement, read after twelve steps.
 *
 *     deno task bench:memory [--python PATH] [--case NAME]... [--rounds 3]
 *       [--json FILE]
 *
 * PyTorch counts in the leaner of its two memory layouts. Without Python and
 * PyTorch it says so and ends well. Some cases alone are written where `--json`
 * says and not published.
 *
 * @module
 */

import process from "node:process";
import project from "../deno.json" with { type: "json" };
import { LAYOUTS, type PeerLayout } from "./compare_sides.ts";
import { namesOption, wholeOption } from "./option_values.ts";
import {
  type Measured,
  measured,
  resultsTarget,
  writeResults,
} from "./results_file.ts";
import { scriptOptions } from "./script_options.ts";
import { type Side, startOurs, startPeer } from "./side_process.ts";
import { summarize, type Summary } from "./statistics.ts";
import { CASE_NAMES, workOf } from "./work.ts";

/** Peaks of one case, in mebibytes. */
export interface MemoryRow {
  /** What was trained. */
  readonly case: string;
  /** The library. */
  readonly ours: Summary;
  /** PyTorch in each layout. */
  readonly layouts: Readonly<Record<PeerLayout, Summary>>;
  /** Our median over that of the leaner layout. */
  readonly ratio: number;
}

/** All of the file. */
export interface MemoryResults extends Measured {
  /** Fresh processes of each kind. */
  readonly rounds: number;
  /** Steps after which the peak was read. */
  readonly steps: number;
  /** A row a case. */
  readonly rows: readonly MemoryRow[];
}

const CASES = ["resnet18-step", "resnet50-step", "vits16-step"];
const STEPS = 12;
const THREADS = 2;
const MB = 2 ** 20;

/** The peak of a side, which ends. */
async function peakOf(
  side: Side,
  name: string,
  layout?: PeerLayout,
): Promise<number> {
  const request = { ...workOf(name), threads: THREADS, layout, steps: STEPS };
  const { peak = NaN } = await side.run(request);
  side.close();
  return peak / MB;
}

if (import.meta.main) {
  const { values: options } = scriptOptions(import.meta.url, {
    options: {
      python: { type: "string", default: "python3" },
      case: { type: "string", multiple: true, default: CASES },
      rounds: { type: "string", default: "3" },
      json: { type: "string" },
    },
  });
  const rounds = wholeOption("--rounds", options.rounds);
  const peer = async (): Promise<Side> => {
    const side = await startPeer(options.python);
    if (side !== undefined) return side;
    console.log(`skipped: ${options.python} has no PyTorch`);
    process.exit(0);
  };
  const rows: MemoryRow[] = [];
  let versions: Measured["versions"] = {};
  const names = namesOption("--case", options.case, CASE_NAMES);
  const target = resultsTarget("memory.json", {
    json: options.json,
    isWhole: CASES.every((name) => names.includes(name)),
  });
  for (const name of names) {
    const peaks = {
      ours: [] as number[],
      contiguous: [] as number[],
      channels_last: [] as number[],
    };
    for (let round = 0; round < rounds; round++) {
      const ours = await startOurs({ backend: "onnx-cpu", threads: THREADS });
      peaks.ours.push(await peakOf(ours, name));
      for (const layout of LAYOUTS) {
        const theirs = await peer();
        versions = { ...ours.versions, ...theirs.versions };
        peaks[layout].push(await peakOf(theirs, name, layout));
      }
    }
    const layouts = {
      contiguous: summarize(peaks.contiguous),
      channels_last: summarize(peaks.channels_last),
    };
    const ours = summarize(peaks.ours);
    const leaner = Math.min(...LAYOUTS.map((each) => layouts[each].median));
    rows.push({ case: name, ours, layouts, ratio: ours.median / leaner });
    console.log(
      `${name}: ours ${ours.median.toFixed(0)} MB, PyTorch ${
        layouts.contiguous.median.toFixed(0)
      } / ${layouts.channels_last.median.toFixed(0)} MB, ratio ${
        (ours.median / leaner).toFixed(2)
      }`,
    );
  }
  const runtime = project.imports["onnxruntime-node"];
  const results: MemoryResults = {
    ...measured({ runtime, ...versions, threads: THREADS }),
    rounds,
    steps: STEPS,
    rows,
  };
  if (target !== undefined) await writeResults(target, results);
}
