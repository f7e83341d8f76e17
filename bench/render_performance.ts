import { BOUNDS } from "./bounds.ts";
import type { EngineRow, EngineSection } from "./engines.ts";
import type { MemoryResults } from "./memory.ts";
import type { Measured } from "./results_file.ts";
import type { ScalingSection } from "./scaling.ts";
import { SCALING_TITLES } from "./scaling_chart.ts";
import type { Summary } from "./statistics.ts";

/** Results of two sides that took turns. */
export interface PairedResults extends Measured {
  /** Counted steps of each side, at least. */
  readonly steps?: number;
  /** How long a case went on at least: short ones have more steps. */
  readonly seconds?: number;
  /** Counted rounds of each side, where they are called so. */
  readonly rounds?: number;
  /** A row a case. */
  readonly rows: readonly {
    readonly case: string;
    readonly layout?: string;
    readonly ours: PairedSide;
    readonly theirs: PairedSide;
    readonly ratio: number;
  }[];
}

/** Times in ms, and where it was measured the peak memory. */
export interface PairedSide extends Summary {
  /** Mebibytes above what was there before. */
  readonly peakMb?: number;
}

/** All there is to render; what nobody has measured is left out. */
export interface PerformanceInput {
  /** `peers.json`. */
  readonly peers?: PairedResults | undefined;
  /** `peers_avx2.json`: the same on a CPU with shorter vectors. */
  readonly avx2?: PairedResults | undefined;
  /** `peers_intel.json`: the same on a CPU of another make. */
  readonly intel?: PairedResults | undefined;
  /** `peers_plain.json`. */
  readonly plain?: PairedResults | undefined;
  /** `scaling.json`. */
  readonly scaling?: Readonly<Record<string, ScalingSection>> | undefined;
  /** `engines.json`. */
  readonly engines?: Readonly<Record<string, EngineSection>> | undefined;
  /** `evaluate.json`. */
  readonly evaluate?: PairedResults | undefined;
  /** `epoch.json`. */
  readonly epoch?: PairedResults | undefined;
  /** `match_scale.json`. */
  readonly match?: PairedResults | undefined;
  /** `memory.json`. */
  readonly memory?: MemoryResults | undefined;
  /** Prose for the end. */
  readonly notes: string;
}

const HEAD = "Written by `deno task bench:report` from `bench/results`; do " +
  "not edit. Sides run in turns on the same machine, PyTorch in the faster of " +
  "its memory layouts; medians, quartiles in brackets. A ratio below 1 means " +
  "that this library is faster. Ratios depend on the CPU, so each section says " +
  "where it was measured; times of different sections cannot be compared.";

const CHECK = "`deno task bench:peers --check FILE` measures again and ends " +
  "with 1 where a ratio is worse than in an earlier file by more than 15 %; " +
  "`deno task bench:check EARLIER LATER` compares two files of any command " +
  "here without measuring.";

/** The page of performance, from what was measured. */
export function renderPerformance(input: PerformanceInput): string {
  const parts = [
    "# Performance",
    HEAD,
    CHECK,
    paired(input.peers, {
      title: "A step, and a pair",
      command: "deno task bench:peers",
      text:
        "`*-step`: forward, objective, backward and Adam on four pairs of " +
        "256 x 256. `*-locate`: both images of a pair forward and ten points " +
        "located.",
    }),
    paired(input.avx2, {
      title: "The same on a CPU with AVX2",
      command: "deno task bench:peers",
      text: "Vectors of eight numbers in place of sixteen; by the version of " +
        "its date.",
    }),
    paired(input.intel, {
      title: "The same on a CPU of Intel",
      command: "deno task bench:peers",
      text: "AVX-512 too; by the version of its date.",
    }),
    paired(input.plain, {
      title: "The same with the plain lowering",
      command: "deno task bench:peers --lowering plain",
      text: "The operators of the ONNX standard in row-major order, as on " +
        "every other device.",
    }),
    scaling(input.scaling ?? {}),
    engines(input.engines ?? {}),
    paired(input.evaluate, {
      title: "Evaluation of 630 pairs",
      command: "deno task bench:evaluate",
      text:
        "PF-WILLOW by a ResNet-18: `command` is the whole program, `work` " +
        "what it does once it has started, `again` the whole program where " +
        "features of an earlier one are in files.",
    }),
    paired(input.epoch, {
      title: "An epoch around its steps",
      command: "deno task bench:epoch",
      text:
        "Fine-tuning a ResNet-18 on WILLOW-ObjectClass for an epoch, from " +
        "pictures that nothing has read: all steps but the first, over the " +
        "compiled programs alone.",
      columns: ["step, ms", "its program, ms"],
    }),
    paired(input.match, {
      title: "Matching large maps",
      command: "deno task bench:match",
      text: "64 x 64 cells of 768 channels: twenty queries, the same of maps " +
        "that are normalised already, and a dense field; MB are the most ever " +
        "held above the maps.",
    }),
    memory(input.memory),
    input.notes.trim(),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function paired(
  results: PairedResults | undefined,
  { title, command, text, columns: sides = ["ours, ms", "PyTorch, ms"] }: {
    readonly title: string;
    readonly command: string;
    readonly text: string;
    /** What is compared. */
    readonly columns?: readonly [string, string];
  },
): string {
  if (results === undefined) return "";
  const rows = results.rows.map((row) => [
    `\`${row.case}\``,
    withMemory(row.ours),
    withMemory(row.theirs),
    row.layout ?? "",
    row.ratio.toFixed(2),
    verdict(row.case, row.ratio),
  ]);
  const hasLayouts = results.rows.some(({ layout }) => layout !== undefined);
  const columns = ["case", ...sides, "layout", "ratio", ""];
  const kept = <R>(cells: readonly R[]): readonly R[] =>
    cells.filter((_, i) => hasLayouts || i !== 3);
  return section(title, [
    `${text} \`${command}\` measures it again. ${where(results)}.`,
    table(kept(columns), rows.map(kept)),
  ]);
}

function scaling(sections: Readonly<Record<string, ScalingSection>>): string {
  const parts = Object.entries(sections).flatMap(([axis, found]) => [
    `### Time by ${SCALING_TITLES[axis] ?? axis}`,
    `${where(found)}. Bars are quartiles.`,
    `![Time by ${
      SCALING_TITLES[axis] ?? axis
    }](performance/scaling-${axis}.svg)`,
    table(
      ["case", "at", "ours, ms", "PyTorch, ms", "ratio", ""],
      found.rows.map(({ curve, at, ours, theirs, ratio }) => [
        `\`${curve}\``,
        String(at),
        spread(ours),
        spread(theirs),
        ratio.toFixed(2),
        verdict("", ratio),
      ]),
    ),
  ]);
  if (parts.length === 0) return "";
  return section("How time grows", [
    "The cases above with one thing changed: pairs a batch; the size of the " +
    "pictures, one pair; points a pair; threads of either side. `maps-match` " +
    "is ten points located on two maps of 64 x 64 cells and 768 channels. " +
    "`deno task bench:scaling` measures it again.",
    ...parts,
  ]);
}

function engines(sections: Readonly<Record<string, EngineSection>>): string {
  const parts = Object.entries(sections).flatMap(([name, found]) => {
    const { pairs, size } = found.work;
    const emulated = found.rows.filter((row) => row.emulated === true);
    const timed = found.rows.filter((row) =>
      row.emulated !== true && row.failure === undefined
    );
    const failed = found.rows.filter((row) =>
      row.emulated !== true && row.failure !== undefined
    );
    return [
      `### \`${name}\`, ${count(pairs, "pair")} of ${size} x ${size}`,
      `${where(found)}.`,
      table(
        ["engine", "ms", "ratio to native", "result off by"],
        timed.map((row) => [
          engineName(row),
          row.ours === undefined ? "" : spread(row.ours),
          row.ratio?.toFixed(2) ?? "anchor",
          off(row),
        ]),
      ),
      ...(failed.length === 0 ? [] : [
        failed.map((row) => `- ${row.case}: ${row.failure}`).join("\n"),
      ]),
      ...(emulated.length === 0 ? [] : [
        "For correctness, never for speed: one result of WebGPU on a GPU that a " +
        "program plays. What a run took says nothing about a GPU.",
        table(
          ["engine", "GPU played by", "result off by", "took"],
          emulated.map((row) => [
            row.case,
            row.adapter ?? "",
            row.failure ?? off(row),
            row.ours === undefined
              ? ""
              : `${(row.ours.median / 1000).toFixed(1)} s`,
          ]),
        ),
      ]),
    ];
  });
  if (parts.length === 0) return "";
  return section("Engines of browsers", [
    "The same programs where there is no native code, in Deno and in a page in " +
    "Chromium, beside native ONNX Runtime in the same rounds. ONNX Runtime is " +
    "always built with vector instructions. `result off by` is the difference " +
    "of the second step's loss, or of the sum of the located points, from the " +
    "anchor's, as a share of it. `deno task bench:engines` measures it again.",
    ...parts,
  ]);
}

function engineName(
  { case: name, backend, threads, simd, starts, adapter }: EngineRow,
): string {
  const told = [
    ...(threads === undefined || backend === "onnx-wasm"
      ? []
      : [count(threads, "thread")]),
    ...(simd === undefined || backend === "onnx-wasm"
      ? []
      : [simd ? "SIMD" : "no SIMD"]),
    ...(adapter === undefined ? [] : [adapter]),
    ...(starts > 1 ? [`start ${starts}, the ones before hung`] : []),
  ];
  const threaded = backend === "onnx-wasm" && threads !== undefined
    ? `${name} ${threads === 1 ? "thread" : "threads"}`
    : name;
  return told.length === 0 ? threaded : `${threaded} (${told.join(", ")})`;
}

function off({ difference = NaN }: EngineRow): string {
  return difference === 0 ? "0" : difference.toExponential(0);
}

function memory(results: MemoryResults | undefined): string {
  if (results === undefined) return "";
  return section("Memory of training", [
    `Most resident memory that a fresh process ever held in ${results.steps} ` +
    "steps, beside PyTorch's in the leaner of its layouts. " +
    "`deno task bench:memory` measures it again. " +
    `${where(results)}.`,
    table(
      ["case", "ours, MB", "PyTorch contiguous", "channels_last", "ratio", ""],
      results.rows.map(({ case: name, ours, layouts, ratio }) => [
        `\`${name}\``,
        spread(ours),
        spread(layouts.contiguous),
        spread(layouts.channels_last),
        ratio.toFixed(2),
        verdict("memory", ratio),
      ]),
    ),
  ]);
}

function section(title: string, parts: readonly string[]): string {
  return [`## ${title}`, ...parts].join("\n\n");
}

function table(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  return [columns, columns.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function spread({ median, q1, q3 }: Summary): string {
  const digits = median < 100 ? 1 : 0;
  const [m, low, high] = [median, q1, q3].map((v) => v.toFixed(digits));
  return `${m} (${low}-${high})`;
}

function withMemory(side: PairedSide): string {
  const { peakMb } = side;
  const held = peakMb === undefined ? "" : `, ${peakMb.toFixed(1)} MB`;
  return `${spread(side)}${held}`;
}

function verdict(name: string, ratio: number): string {
  const bound = BOUNDS[name];
  if (bound === undefined) return ratio <= 1 ? "faster" : "**slower**";
  return `${ratio <= bound ? "holds" : "**missed**"}, wanted ${bound}`;
}

/** Machine, versions, counts and day of what was measured. */
function where(
  { cpu, cores, date, versions = {}, steps, seconds = 0, rounds }:
    & Partial<Measured>
    & {
      readonly steps?: number;
      readonly seconds?: number;
      readonly rounds?: number;
    },
): string {
  const counted = rounds ?? steps;
  return [
    ...(cpu === undefined ? [] : [`${cpu}, ${cores} cores`]),
    ...Object.entries(versions).map(([name, value]) => `${name} ${value}`),
    ...(counted === undefined ? [] : [
      seconds > 0
        ? `at least ${count(counted, "round")} and ${seconds} s a case`
        : count(counted, "round"),
    ]),
    ...(date === undefined ? [] : [date.slice(0, 10)]),
  ].join(", ");
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
