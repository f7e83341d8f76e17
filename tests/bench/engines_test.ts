import { deepStrictEqual, equal } from "node:assert/strict";
import { rowOf, type Running } from "../../bench/engines.ts";
import type { EngineDescription } from "../../bench/describe_engine.ts";

function running(
  backend: Running["engine"]["backend"],
  engine: EngineDescription,
  more: Partial<Running>,
): Running {
  const side = {
    versions: {},
    engine,
    run: () => Promise.reject(new Error("not asked")),
    close: () => {},
  };
  return {
    engine: { host: "deno", backend, threads: 2 },
    side,
    description: engine,
    starts: 1,
    times: [],
    ...more,
  };
}

const anchor = running("onnx-cpu", {}, { value: 4, times: [10, 20, 30] });

Deno.test("rowOf() gives a ratio to the anchor's median, and the result's difference", () => {
  const wasm = { threads: 2, simd: true };
  const row = rowOf(
    running("onnx-wasm", wasm, { value: 5, times: [50, 40, 60] }),
    anchor,
  );
  equal(row.case, "deno onnx-wasm 2");
  equal(row.ratio, 50 / 20);
  equal(row.difference, 1 / 4);
  deepStrictEqual([row.threads, row.simd], [2, true]);
});

Deno.test("rowOf() gives no ratio of the anchor and of an emulated GPU", () => {
  equal(rowOf(anchor, anchor).ratio, undefined);
  const played = { adapter: "swiftshader", emulated: true };
  const row = rowOf(
    running("onnx-webgpu", played, { value: 4, times: [900] }),
    anchor,
  );
  equal("ratio" in row, false);
  equal(row.difference, 0);
  equal(row.ours?.median, 900);
});

Deno.test("rowOf() says why an engine has no times", () => {
  const { side: _, ...rest } = running("tfjs-webgpu", { emulated: true }, {
    failure: "why",
  });
  deepStrictEqual(rowOf(rest, anchor), {
    case: "deno tfjs-webgpu",
    host: "deno",
    backend: "tfjs-webgpu",
    starts: 1,
    emulated: true,
    failure: "why",
  });
});
