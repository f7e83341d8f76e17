/**
 * Writes docs/performance.md and its figures from the results in
 * bench/results: every number with its machine, its peer and its spread, losses
 * beside wins.
 *
 *     deno task bench:report [--results FOLDER] [--out FOLDER]
 *
 * @module
 */

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chartFigure } from "@simsc/core/runs";
import {
  type PerformanceInput,
  renderPerformance,
} from "./render_performance.ts";
import { readResults } from "./results_file.ts";
import { scalingChart } from "./scaling_chart.ts";
import { scriptOptions } from "./script_options.ts";

const { values: options } = scriptOptions(import.meta.url, {
  options: {
    results: {
      type: "string",
      default: fileURLToPath(new URL("results", import.meta.url)),
    },
    out: {
      type: "string",
      default: fileURLToPath(new URL("../docs", import.meta.url)),
    },
  },
});

/** Each key of the page's input, and its file. */
const FILES = {
  peers: "peers.json",
  avx2: "peers_avx2.json",
  intel: "peers_intel.json",
  plain: "peers_plain.json",
  scaling: "scaling.json",
  engines: "engines.json",
  evaluate: "evaluate.json",
  epoch: "epoch.json",
  match: "match_scale.json",
  memory: "memory.json",
} as const satisfies Partial<Record<keyof PerformanceInput, string>>;

const found = await Promise.all(
  Object.entries(FILES).map(async ([key, file]) => [
    key,
    await readResults(join(options.results, file)),
  ]),
);
const input: PerformanceInput = {
  ...Object.fromEntries(found),
  notes: await readFile(join(options.results, "notes.md"), "utf8")
    .catch(() => ""),
};
const figures = join(options.out, "performance");
await mkdir(figures, { recursive: true });
for (const [axis, section] of Object.entries(input.scaling ?? {})) {
  const svg = await chartFigure(scalingChart(axis, section));
  await writeFile(join(figures, `scaling-${axis}.svg`), svg);
}
await writeFile(
  join(options.out, "performance.md"),
  renderPerformance(input),
);
