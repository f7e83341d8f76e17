import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import type { InferenceSession, Tensor } from "onnxruntime-common";
import {
  canFillResults,
  fillResults,
} from "../../src/backends/onnx/_fill_results.ts";
import { resultMemory } from "../../src/backends/onnx/_result_memory.ts";
import { jobRunner } from "../../src/backends/onnx/_jobs.ts";
import { plainLowering } from "../../src/backends/onnx/plain/lower_plain.ts";
import { operations } from "../../src/backends/onnx/_record.ts";
import { sessionCache } from "../../src/backends/onnx/_sessions.ts";
import { loadRuntime } from "../../src/backends/onnx/_runtime.ts";
import { onnxBackend } from "../../src/backends/onnx/mod.ts";
import { tensorStore } from "../../src/backends/onnx/_store.ts";

const loaded = await loadRuntime({ device: "cpu" });
const onCpu = { ignore: loaded._tag === "Left" };

Deno.test("resultMemory() gives back what it was given, by length", () => {
  const memory = resultMemory(true);
  const [two, other, three] = [2, 2, 3].map((n) => new Float32Array(n));
  for (const data of [two, other, three]) memory.give(data!);
  strictEqual(memory.take(3), three);
  strictEqual(memory.take(2), other);
  memory.free();
  strictEqual(two!.length, 0, "its memory is free");
  strictEqual(other!.length, 2, "what was taken is not");
  strictEqual(memory.take(2).length, 2);
});

Deno.test("resultMemory() frees at once what nobody will take", () => {
  const data = new Float32Array(2);
  resultMemory(false).give(data);
  strictEqual(data.length, 0);
});

Deno.test(
  "tensorStore() gives results up, and lends what was disposed to tensors as long",
  onCpu,
  () => {
    if (loaded._tag === "Left") return;
    const { tensors } = loaded.right;
    const given: Float32Array[] = [];
    const store = tensorStore({ name: "onnx-cpu", tensors }, {
      give: (data) => given.push(data),
    });
    const data = Float32Array.of(1, 2);
    const value = new tensors("float32", data, [2]);
    const result = store.adopt({ value, order: undefined }, "a program");
    const made = store.tensor([3, 4], [2]);
    const numbers = store.get(made).data as Float32Array;
    store.dispose([result, made]);
    deepStrictEqual(given, [data]);
    const next = store.tensor([5, 6], [2]);
    strictEqual(store.get(next).data, numbers);
    deepStrictEqual([...numbers], [5, 6]);
    store.dispose([next]);
    // Another length ends the loop that it was kept for.
    const longer = store.tensor([7, 8, 9], [3]);
    strictEqual(numbers.length, 0);
    const rest = store.get(longer).data as Float32Array;
    store.dispose([longer]);
    // Nor is it kept beyond a run that no tensor was made for.
    store.sweep([]);
    strictEqual(rest.length, 0);
    const last = store.tensor([1], [1]);
    const kept = store.get(last).data as Float32Array;
    store.dispose([last]);
    store.close();
    strictEqual(kept.length, 0);
  },
);

Deno.test("canFillResults() holds of onnxruntime-node", onCpu, async () => {
  if (loaded._tag === "Left") return;
  const { right: runtime } = loaded;
  strictEqual(runtime.fillsResults, true);
  // One that computes into memory of its own.
  const sessions = {
    create: async (...args: Parameters<typeof runtime.sessions.create>) => {
      const session = await runtime.sessions.create(...args);
      return {
        outputNames: session.outputNames,
        run: () => Promise.resolve({}),
        release: () => session.release(),
      } as unknown as InferenceSession;
    },
  } as typeof runtime.sessions;
  strictEqual(await canFillResults({ ...runtime, sessions }), false);
});

Deno.test("fillResults() hands other errors on", async () => {
  const session = {
    outputNames: ["end", "y"],
    run: () => Promise.reject(new Error("Got invalid dimensions for input")),
  } as unknown as InferenceSession;
  const y = { dims: [1] } as unknown as Tensor;
  await rejects(() => fillResults(session, {}, [y]), /invalid dimensions/);
});

Deno.test(
  "a program's results take the memory of those that were disposed",
  onCpu,
  async () => {
    if (loaded._tag === "Left") return;
    const { right: runtime } = loaded;
    const taken: unknown[] = [];
    const sessions = {
      create: async (...args: Parameters<typeof runtime.sessions.create>) => {
        const session = await runtime.sessions.create(...args);
        const run = session.run.bind(session);
        session.run = (feeds: InferenceSession.FeedsType, ...rest) => {
          const [fetches] = rest as [Record<string, Tensor | null>];
          taken.push(Object.values(fetches).at(-1)?.data);
          return run(feeds, fetches);
        };
        return session;
      },
    } as typeof runtime.sessions;
    const memory = resultMemory(true);
    const store = tensorStore(runtime, memory);
    const { compile } = jobRunner({
      runtime: { ...runtime, sessions },
      lowering: plainLowering,
      store,
      memory,
      sessions: sessionCache(1, store.rescue),
    });
    const step = compile(({ x }) => ({ y: operations.mul(x!, x!) }));
    const x = store.tensor([1, 2], [2]);
    const advance = async () => store.dispose([(await step({ x })).y!]);
    await advance();
    const other = new Float32Array(3);
    memory.give(other);
    await advance();
    strictEqual(other.length, 0, "what a run does not take is freed");
    await advance();
    strictEqual(taken.length, 3);
    strictEqual(taken[1], taken[0]);
    strictEqual(taken[2], taken[0]);
  },
);

Deno.test(
  "results keep their numbers while others give up their memory",
  onCpu,
  async () => {
    const created = await onnxBackend({ device: "cpu" })();
    if (created._tag === "Left") throw created.left;
    const backend = created.right;
    const step = backend.compile(({ x }) => ({
      next: backend.add(x!, 1),
      // Twice the same, and one that is fed.
      same: backend.add(x!, 1),
      given: x!,
    }));
    const kept = [];
    let x = backend.tensor([0, 10], [2]);
    for (let i = 0; i < 6; i++) {
      const { next, same, given } = await step({ x });
      backend.dispose(i % 2 === 0 ? [x, same!] : [given!]);
      if (i % 2 === 0) kept.push(given!);
      else kept.push(same!, x);
      x = next!;
    }
    const numbers = await backend.read(kept);
    deepStrictEqual(
      numbers.map((data) => [...data]),
      [0, 2, 1, 2, 4, 3, 4, 6, 5].map((i) => [i, i + 10]),
    );
    await backend.close();
  },
);
