/**
 * How time grows, here and in PyTorch: with pairs, resolution, points and
 * threads, round by round in turns.
 *
 *     deno task bench:scaling [--python PATH] [--axis NAME]... [--rounds 9]
 *       [--json FILE]
 *
 * An axis replaces its own section of the file alone, so that each may be
 * measured when the machine is free. Without Python and PyTorch it says so and
 * ends well.
 *
 * @module
 */

import { cpus } from "node:os";
import process from "node:process";
import project from "../deno.json" with { type: "json" };
import { compareSides, type Comparison } from "./compare_sides.ts";
import { namesOption, wholeOption } from "./option_values.ts";
import {
  type Measured,
  measured,
  resultsPath,
  writeSections,
} from "./results_file.ts";
import { scriptOptions } from "./script_options.ts";
import { startOurs, startPeer } from "./side_process.ts";
import { type Work, workOf } from "./work.ts";

/** One point of a curve. */
export interface ScalingRow extends Comparison {
  /** What was done and where along the axis, such as `resnet18-step 4`. */
  readonly case: string;
  /** The curve it belongs to. */
  readonly curve: string;
  /** Where along the axis. */
  readonly at: number;
}

/** One axis, measured. */
export interface ScalingSection extends Measured {
  /** Counted rounds of each point. */
  readonly rounds: number;
  /** Points of its curves. */
  readonly rows: readonly ScalingRow[];
}

/** What changes along an axis, and the cases that are timed at each place. */
interface ScalingAxis {
  readonly values: readonly number[];
  readonly cases: readonly string[];
  /** What a place changes in the work; nothing where threads change. */
  readonly change: (at: number) => Partial<Work>;
}

const THREADS = 2;
const WARM_UP = 2;
const LAYOUT_ROUNDS = 3;

const AXES: Readonly<Record<string, ScalingAxis>> = {
  pairs: {
    values: [1, 2, 4, 8],
    cases: ["resnet18-step", "resnet50-locate"],
    change: (pairs) => ({ pairs }),
  },
  resolution: {
    values: [128, 192, 256, 384],
    cases: ["resnet18-step", "resnet50-locate"],
    change: (size) => ({ size, pairs: 1 }),
  },
  points: {
    values: [1, 10, 100, 1000],
    cases: ["resnet50-locate", "maps-match"],
    change: (keypoints) => ({ keypoints }),
  },
  threads: {
    values: threadCounts(cpus().length),
    cases: ["resnet18-step", "resnet50-locate"],
    change: () => ({}),
  },
};

/** One, and doubled as long as there are cores. */
function threadCounts(cores: number): readonly number[] {
  return [1, 2, 4, 8, 16, 32].filter((count) => count <= cores);
}

/** One point, both sides in processes of their own. */
async function point(
  { work, threads, rounds, python }: {
    readonly work: Work;
    readonly threads: number;
    readonly rounds: number;
    readonly python: string;
  },
): Promise<{ comparison: Comparison; versions: Measured["versions"] }> {
  const theirs = await startPeer(python);
  if (theirs === undefined) {
    console.log(`skipped: ${python} has no PyTorch`);
    process.exit(0);
  }
  const ours = await startOurs({ backend: "onnx-cpu", threads });
  try {
    const counts = { rounds, warmUp: WARM_UP, layoutRounds: LAYOUT_ROUNDS };
    const comparison = await compareSides(
      { ours, theirs },
      { work, threads, ...counts },
    );
    return { comparison, versions: { ...ours.versions, ...theirs.versions } };
  } finally {
    ours.close();
    theirs.close();
  }
}

if (import.meta.main) {
  const { values: options } = scriptOptions(import.meta.url, {
    options: {
      python: { type: "string", default: "python3" },
      axis: { type: "string", multiple: true, default: Object.keys(AXES) },
      rounds: { type: "string", default: "9" },
      json: { type: "string", default: resultsPath("scaling.json") },
    },
  });
  const rounds = wholeOption("--rounds", options.rounds);
  for (
    const name of namesOption("--axis", options.axis, Object.keys(AXES))
  ) {
    const { values, cases, change } = AXES[name]!;
    const rows: ScalingRow[] = [];
    let versions: Measured["versions"] = {};
    for (const curve of cases) {
      for (const at of values) {
        const threads = name === "threads" ? at : THREADS;
        const work = workOf(curve, change(at));
        const { python } = options;
        const found = await point({ work, threads, rounds, python });
        const { comparison } = found;
        versions = found.versions;
        rows.push({ case: `${curve} ${at}`, curve, at, ...comparison });
        const { ours, theirs, ratio } = comparison;
        console.log(
          `${name} ${at}`.padEnd(16) + curve.padEnd(17) +
            `ours ${ours.median.toFixed(1)} ms, PyTorch ` +
            `${theirs.median.toFixed(1)} ms, ratio ${ratio.toFixed(2)}`,
        );
      }
    }
    const runtime = project.imports["onnxruntime-node"];
    const threads = name === "threads" ? {} : { threads: THREADS };
    const section = {
      ...measured({ runtime, ...versions, ...threads }),
      rounds,
      rows,
    } satisfies ScalingSection;
    await writeSections(options.json, { [name]: section });
  }
}
