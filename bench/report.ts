/**
 * Writes docs/performance.md from the results in bench/results: every number
 * with its machine, its peer and its spread, losses beside wins.
 *
 *     deno task bench:report
 *
 * @module
 */

import { readFile, writeFile } from "node:fs/promises";
import { BOUNDS } from "./bounds.ts";
import type { Summary } from "./peers/statistics.ts";

/** One line of a result file: ours, theirs, our median over theirs. */
interface Row {
  readonly case: string;
  readonly layout?: string;
  readonly ours: Side;
  readonly theirs: Side;
  readonly ratio: number;
}

/** Times in ms, and where it was measured the peak memory. */
interface Side extends Summary {
  /** Mebibytes above what was there before. */
  readonly peakMb?: number;
}

/** What every result file says of where it was measured. */
interface Results {
  readonly date?: string;
  readonly cpu?: string;
  readonly cores?: number;
  readonly steps?: number;
  readonly rounds?: number;
  readonly versions?: Readonly<Record<string, string | number>>;
  readonly rows: readonly Row[];
}

/** A result file and what is said of it. */
interface Section {
  readonly file: string;
  readonly title: string;
  readonly command: string;
  readonly text: string;
  /** What is compared; ours with PyTorch by default. */
  readonly columns?: readonly [ours: string, theirs: string];
}

const SECTIONS: readonly Section[] = [
  {
    file: "peers.json",
    title: "A step, and a pair",
    command: "deno task bench:peers",
    text: "`*-step`: forward, objective, backward and Adam on four pairs of " +
      "256 x 256. `*-locate`: both images of a pair forward and ten points " +
      "located.",
  },
  {
    file: "peers_plain.json",
    title: "The same with the plain lowering",
    command: "deno task bench:peers --lowering plain",
    text:
      "The operators of the ONNX standard in row-major order, as on every " +
      "other device.",
  },
  {
    file: "evaluate.json",
    title: "Evaluation of 630 pairs",
    command: "deno task bench:evaluate",
    text: "PF-WILLOW by a ResNet-18: `command` is the whole program, `work` " +
      "what it does once it has started; features are cached on both sides.",
  },
  {
    file: "match_scale.json",
    title: "Matching large maps",
    command: "deno task bench:match",
    text: "64 x 64 cells of 768 channels: twenty queries, and a dense field; " +
      "`-product` without normalising. Memory is the peak above both maps, " +
      "wanted below 40 MB for queries and 200 MB for a field.",
  },
  {
    file: "epoch.json",
    title: "An epoch around its steps",
    command: "deno task bench:epoch",
    text: "Fine-tuning a ResNet-18 on WILLOW-ObjectClass for an epoch, from " +
      "pictures that nothing has read: all steps but the first, over the " +
      "compiled programs alone.",
    columns: ["step, ms (quartiles)", "its program, ms (quartiles)"],
  },
];

function url(path: string): URL {
  return new URL(path, import.meta.url);
}

/** The results of a file, or none where nobody has measured. */
async function results(file: string): Promise<Results | undefined> {
  const text = await readFile(url(`results/${file}`), "utf8").catch(() => "");
  return text === "" ? undefined : JSON.parse(text);
}

function spread({ median, q1, q3, peakMb }: Side): string {
  const digits = median < 100 ? 1 : 0;
  const [m, low, high] = [median, q1, q3].map((v) => v.toFixed(digits));
  const memory = peakMb === undefined ? "" : `, ${peakMb.toFixed(1)} MB`;
  return `${m} (${low}-${high})${memory}`;
}

function verdict(name: string, ratio: number): string {
  const bound = BOUNDS[name];
  if (bound === undefined) return ratio <= 1 ? "faster" : "**slower**";
  return `${ratio <= bound ? "holds" : "**missed**"}, wanted ${bound}`;
}

function where({ cpu, cores, date, steps, rounds, versions = {} }: Results) {
  const counted = steps ?? rounds;
  const machine = cpu === undefined ? [] : [`${cpu}, ${cores} cores`];
  return [
    ...machine,
    ...Object.entries(versions).map(([name, value]) => `${name} ${value}`),
    ...(counted === undefined ? [] : [`${counted} alternating rounds`]),
    ...(date === undefined ? [] : [date.slice(0, 10)]),
  ].join(", ");
}

const parts = await Promise.all(
  SECTIONS.map(async ({ file, title, command, text, columns }) => {
    const found = await results(file);
    if (found === undefined) return "";
    const [ours, theirs] = columns ??
      ["ours, ms (quartiles)", "PyTorch, ms (quartiles)"];
    const lines = found.rows.map((row) =>
      `| \`${row.case}\` | ${spread(row.ours)} | ${spread(row.theirs)} | ` +
      `${row.ratio.toFixed(2)} | ${verdict(row.case, row.ratio)} |`
    );
    return [
      `## ${title}`,
      `${text} \`${command}\` measures it again. ${where(found)}.`,
      [
        `| case | ${ours} | ${theirs} | ratio | |`,
        "| --- | --- | --- | --- | --- |",
        ...lines,
      ].join("\n"),
    ].join("\n\n");
  }),
);
await writeFile(
  url("../docs/performance.md"),
  `${
    [
      "# Performance",
      "Written by `deno task bench:report`; do not edit. Both sides run in " +
      "turns on the same machine, PyTorch in the faster of its memory layouts. " +
      "A ratio below 1 means that this library is faster. Ratios depend on the " +
      "CPU: absolute times of different runs cannot be compared.",
      ...parts.filter((part) => part !== ""),
      await readFile(url("results/notes.md"), "utf8").catch(() => ""),
    ].join("\n\n").trim()
  }\n`,
);
