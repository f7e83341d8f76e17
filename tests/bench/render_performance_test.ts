import { doesNotMatch, equal, match } from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import {
  type PerformanceInput,
  renderPerformance,
} from "../../bench/render_performance.ts";
import { readResults, resultsPath } from "../../bench/results_file.ts";

const MEASURED = {
  date: "2026-01-02T03:04:05Z",
  cpu: "A CPU",
  cores: 2,
  versions: { torch: "9.9" },
};
const side = (median: number) => ({
  median,
  q1: median - 1,
  q3: median + 1,
  min: 0,
});

/** Whether a table has a row of these cells. */
function hasRow(page: string, ...cells: readonly string[]): void {
  equal(page.includes(`| ${cells.join(" | ")} |`), true, cells.join(" | "));
}

Deno.test("renderPerformance() puts losses beside wins, and what was wanted", () => {
  const page = renderPerformance({
    notes: "",
    peers: {
      ...MEASURED,
      steps: 20,
      rows: [
        { case: "x", ours: side(50), theirs: side(100), ratio: 0.5 },
        { case: "y", ours: side(200), theirs: side(100), ratio: 2 },
        {
          case: "resnet18-step",
          ours: side(200),
          theirs: side(100),
          ratio: 2,
        },
      ],
    },
  });
  match(page, /A CPU, 2 cores, torch 9\.9, 20 rounds, 2026-01-02\./);
  hasRow(page, "`x`", "50.0 (49.0-51.0)", "100 (99-101)", "0.50", "faster");
  hasRow(page, "`y`", "200 (199-201)", "100 (99-101)", "2.00", "**slower**");
  match(page, /\| 2\.00 \| \*\*missed\*\*, wanted 0\.9 \|/);
});

Deno.test("renderPerformance() says how long short cases went on", () => {
  const rows = [{ case: "x", ours: side(1), theirs: side(2), ratio: 0.5 }];
  const peers = { ...MEASURED, steps: 20, seconds: 10, rows };
  const page = renderPerformance({ notes: "", peers });
  match(page, /torch 9\.9, at least 20 rounds and 10 s a case, 2026-01-02\./);
});

Deno.test("renderPerformance() keeps emulated GPUs apart from speeds", () => {
  const row = { host: "deno", starts: 1, difference: 0, times: [] } as const;
  const page = renderPerformance({
    notes: "",
    engines: {
      "small-step": {
        ...MEASURED,
        work: { case: "small-step", pairs: 1, size: 64, keypoints: 2 },
        rounds: 1,
        rows: [
          {
            ...row,
            case: "deno onnx-cpu",
            backend: "onnx-cpu",
            ours: side(20),
          },
          {
            ...row,
            case: "deno onnx-wasm 2",
            backend: "onnx-wasm",
            starts: 2,
            threads: 2,
            simd: true,
            ours: side(40),
            ratio: 2,
          },
          {
            ...row,
            case: "deno tfjs-webgpu",
            backend: "tfjs-webgpu",
            adapter: "llvmpipe",
            emulated: true,
            ours: side(3000),
          },
          {
            ...row,
            case: "deno tfjs-wasm",
            backend: "tfjs-wasm",
            failure: "no answer within 1 s",
          },
        ],
      },
    },
  });
  match(page, /### `small-step`, 1 pair of 64 x 64/);
  match(page, /torch 9\.9, 1 round, 2026/);
  const [speeds = "", emulated = ""] = page.split("never for speed");
  hasRow(speeds, "deno onnx-cpu", "20.0 (19.0-21.0)", "anchor", "0");
  match(speeds, /deno onnx-wasm 2 threads \(start 2, the ones before hung\)/);
  match(speeds, /- deno tfjs-wasm: no answer within 1 s/);
  doesNotMatch(speeds, /webgpu/);
  hasRow(emulated, "deno tfjs-webgpu", "llvmpipe", "0", "3.0 s");
});

Deno.test("renderPerformance() leaves out what nobody has measured", () => {
  const page = renderPerformance({ notes: "## Notes\n\nProse.\n" });
  doesNotMatch(page, /undefined|NaN|\| ---/);
  match(page, /## Notes\n\nProse\.\n$/);
});

Deno.test("docs/performance.md is what bench:report writes from the results", async () => {
  const results = (name: string) => readResults(resultsPath(name));
  const input = {
    peers: await results("peers.json"),
    avx2: await results("peers_avx2.json"),
    intel: await results("peers_intel.json"),
    plain: await results("peers_plain.json"),
    scaling: await results("scaling.json"),
    engines: await results("engines.json"),
    evaluate: await results("evaluate.json"),
    epoch: await results("epoch.json"),
    match: await results("match_scale.json"),
    memory: await results("memory.json"),
    notes: await readFile(resultsPath("notes.md"), "utf8"),
  } as PerformanceInput;
  const page = new URL("../../docs/performance.md", import.meta.url);
  equal(
    await readFile(fileURLToPath(page), "utf8"),
    renderPerformance(input),
    "run `deno task bench:report`",
  );
});
