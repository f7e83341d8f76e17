import {
  deepStrictEqual,
  ok,
  rejects,
  strictEqual,
  throws,
} from "node:assert/strict";
import type { Backend } from "../../src/backends/backend.ts";
import {
  DeviceFailedError,
  DisposedTensorError,
} from "../../src/backends/errors.ts";
import {
  onnxBackend,
  type OnnxBackendOptions,
  type OnnxDevice,
  type OnnxTensor,
  operatorProfile,
} from "../../src/backends/onnx/mod.ts";
import { OptionError } from "../../src/core/errors.ts";
import { backendSuite } from "./_backend_suite.ts";

const devices: readonly OnnxDevice[] = ["cpu", "wasm", "webgpu"];

for (const device of devices) {
  const created = await onnxBackend({ device })();
  if (created._tag === "Left") {
    backendSuite<never>(`onnx-${device}`, () => Promise.reject(), {
      absent: created.left.missing,
    });
    continue;
  }
  backendSuite(`onnx-${device}`, () => Promise.resolve(created.right));
  Deno.test(`compile() on onnx-${device} leaves memory as it was after a thousand steps`, async () => {
    const backend = await open(device, { maxSessions: 3 });
    const step = backend.compile(({ w, x }) => ({
      w: backend.sub(w!, backend.mul(x!, 0.5)),
    }));
    const x = backend.tensor([1, 2], [2]);
    let w = backend.tensor([0, 0], [2]);
    const advance = async (): Promise<void> => {
      const next = (await step({ w, x })).w!;
      backend.dispose([w]);
      w = next;
    };
    await advance();
    const before = backend.memory();
    deepStrictEqual(before, { tensors: 2, sessions: 1 });
    for (let i = 1; i < 1000; i++) await advance();
    deepStrictEqual(backend.memory(), before);
    // 1000 steps of -0.5 and of -1.
    deepStrictEqual(await numbers(backend, w), [-500, -1000]);
    await backend.close();
    deepStrictEqual(backend.memory(), { tensors: 0, sessions: 0 });
  });
  Deno.test(`compile() on onnx-${device} gives results that outlive their session`, async () => {
    const backend = await open(device, { maxSessions: 1 });
    const double = backend.compile(({ x }) => ({ y: backend.mul(x!, 2) }));
    const negate = backend.compile(({ x }) => ({ y: backend.neg(x!) }));
    const x = backend.tensor([1, 2], [2]);
    const { y } = await double({ x });
    const { y: z } = await negate({ x: y! });
    deepStrictEqual(await numbers(backend, backend.add(y!, z!)), [0, 0]);
    deepStrictEqual(await numbers(backend, y!), [2, 4]);
    deepStrictEqual(await numbers(backend, z!), [-2, -4]);
    strictEqual(backend.memory().sessions, 1);
    backend.dispose([x, y!, z!]);
    await backend.close();
  });
  Deno.test(`compile() on onnx-${device} makes the session where it is built, not where it is called`, async () => {
    const backend = await open(device, {});
    const table = backend.tensor([5, 6], [2]);
    const program = backend.compile(({ x }) => ({ y: backend.add(x!, table) }));
    await program.build?.({ x: [2] });
    deepStrictEqual(backend.memory(), { tensors: 1, sessions: 1 });
    await program.build?.({ x: [2] });
    const x = backend.tensor([1, 2], [2]);
    const { y } = await program({ x });
    strictEqual(backend.memory().sessions, 1);
    deepStrictEqual(await numbers(backend, y!), [6, 8]);
    await rejects(
      async () => await program.build?.({ x: [3] }),
      /broadcast with \[3\]/,
    );
    await backend.close();
  });
  // On WebGPU no index is out of bounds.
  const ignore = device === "webgpu";
  Deno.test(
    `onnx-${device} names itself where ONNX Runtime fails`,
    { ignore },
    async () => {
      const backend = await open(device, {});
      const x = backend.tensor([1, 2], [2]);
      const beyond = backend.gather(x, backend.tensor([5], [1]));
      const isOurs = (error: unknown): boolean =>
        error instanceof DeviceFailedError &&
        error.backend === `onnx-${device}` &&
        error.message.startsWith(`backend "onnx-${device}" failed: `) &&
        error.cause instanceof Error;
      await rejects(backend.read([beyond]), isOurs);
      const program = backend.compile(({ x, i }) => ({
        y: backend.gather(x!, i!),
      }));
      await rejects(program({ x, i: backend.tensor([5], [1]) }), isOurs);
      const { y } = await program({ x, i: backend.tensor([1], [1]) });
      deepStrictEqual(await numbers(backend, y!), [2], "it goes on");
      await backend.close();
    },
  );
  Deno.test(`dispose() on onnx-${device} frees a program's result at once, and what is to read it says so`, async () => {
    const backend = await open(device, {});
    const double = backend.compile(({ x }) => ({ y: backend.mul(x!, 2) }));
    const x = backend.tensor([1, 2], [2]);
    const { y } = await double({ x });
    const late = backend.neg(y!);
    backend.dispose([y!]);
    await rejects(backend.read([late]), /the tensor was disposed/);
    await rejects(double({ x: y! }), /the tensor was disposed/);
    // What the caller made is there as long as something recorded reads it.
    const early = backend.neg(x);
    backend.dispose([x]);
    deepStrictEqual(await numbers(backend, early), [-1, -2]);
    await backend.close();
  });
  Deno.test(`dispose() on onnx-${device} frees a tensor that nothing recorded reads, once no run has it`, async () => {
    const backend = await open(device, {});
    const captured = backend.tensor([3], [1]);
    const program = backend.compile(({ x }) => ({
      y: backend.mul(x!, 2),
      same: captured,
    }));
    const x = backend.tensor([1, 2], [2]);
    const running = program({ x });
    const reading = backend.read([x]);
    backend.dispose([x]);
    const { y, same } = await running;
    deepStrictEqual([...(await reading)[0]!], [1, 2]);
    deepStrictEqual(await numbers(backend, y!), [2, 4]);
    await rejects(backend.read([x]), /the tensor was disposed/);
    await rejects(program({ x }), /the tensor was disposed/);
    // What the program gives back needs it in every run.
    backend.dispose([captured, same!]);
    const next = backend.tensor([4, 5], [2]);
    const again = await program({ x: next });
    deepStrictEqual(await numbers(backend, again.same!), [3]);
    await backend.close();
  });
  Deno.test(`dispose() on onnx-${device} takes a tensor from later calls, even while an earlier one has it`, async () => {
    const backend = await open(device, {});
    const double = backend.compile(({ x }) => ({ y: backend.mul(x!, 2) }));
    const x = backend.tensor([1, 2], [2]);
    const { y } = await double({ x });
    const late = backend.neg(y!);
    const add = backend.compile(({ x }) => ({ sum: backend.add(x!, y!) }));
    const [earlier, sum] = [double({ x: y! }), add({ x })];
    backend.dispose([y!]);
    const later = [
      double({ x: y! }),
      add({ x }),
      backend.read([y!]),
      backend.read([late]),
    ];
    await Promise.all(later.map((each) => rejects(each, DisposedTensorError)));
    deepStrictEqual(await numbers(backend, (await earlier).y!), [4, 8]);
    deepStrictEqual(await numbers(backend, (await sum).sum!), [3, 6]);
    await backend.close();
  });
  Deno.test(`dispose() on onnx-${device} leaves what a reshape gave back, and what a run reads`, async () => {
    const backend = await open(device, {});
    const double = backend.compile(({ x }) => ({ y: backend.mul(x!, 2) }));
    const x = backend.tensor([1, 2], [2]);
    // Nothing to change: the operand itself.
    const alias = backend.reshape(x, [2]);
    backend.dispose([x]);
    deepStrictEqual(await numbers(backend, alias), [1, 2]);
    const { y } = await double({ x: alias });
    const reading = backend.read([backend.neg(y!)]);
    const running = double({ x: backend.neg(y!) });
    backend.dispose([y!]);
    deepStrictEqual([...(await reading)[0]!], [-2, -4]);
    deepStrictEqual(await numbers(backend, (await running).y!), [-4, -8]);
    await backend.close();
  });
}

const cpu = await onnxBackend({ device: "cpu" })();
const onCpu = { ignore: cpu._tag === "Left" };

Deno.test(
  "onnxBackend() keeps the most recently used sessions, of reads and programs together",
  onCpu,
  async () => {
    const backend = await open("cpu", { maxSessions: 4 });
    const double = backend.compile(({ x }) => ({ y: backend.mul(x!, 2) }));
    const run = async (length: number): Promise<number[]> => {
      const x = backend.tensor(new Array(length).fill(length), [length]);
      const { y } = await double({ x });
      const result = await numbers(backend, y!);
      backend.dispose([x, y!]);
      return result;
    };
    for (let length = 1; length <= 20; length++) {
      await run(length);
      const x = backend.tensor(new Array(length).fill(1), [length]);
      await backend.read([backend.add(x, 1)]);
      ok(backend.memory().sessions <= 4);
    }
    strictEqual(backend.memory().sessions, 4);
    // The first shape's session is long gone and comes back.
    deepStrictEqual(await run(1), [2]);
    await backend.close();
  },
);

Deno.test("read() runs equal structures in one session", onCpu, async () => {
  const backend = await open("cpu");
  for (const value of [1, 2, 3]) {
    const x = backend.tensor([value, 5], [2]);
    const table = backend.constant([10, 20], [2]);
    const y = backend.add(backend.mul(x, table), 1);
    deepStrictEqual(await numbers(backend, y), [10 * value + 1, 101]);
  }
  strictEqual(backend.memory().sessions, 1);
  const other = backend.mul(
    backend.tensor([1, 5], [2]),
    backend.constant([10, 21], [2]),
  );
  deepStrictEqual(await numbers(backend, backend.add(other, 1)), [11, 106]);
  strictEqual(backend.memory().sessions, 2);
  await backend.close();
});

Deno.test("read() does not run again what it has read", onCpu, async () => {
  const backend = await open("cpu");
  const x = backend.exp(backend.tensor([0], [1]));
  deepStrictEqual(await numbers(backend, x), [1]);
  deepStrictEqual(await numbers(backend, x), [1]);
  strictEqual(backend.memory().sessions, 1);
  // What was read is fed: this graph is one addition.
  deepStrictEqual(await numbers(backend, backend.add(x, x)), [2]);
  await backend.close();
});

Deno.test("compile() takes inputs that were not run yet", onCpu, async () => {
  const backend = await open("cpu");
  const program = backend.compile(({ x }) => ({ y: backend.neg(x!) }));
  const x = backend.add(backend.tensor([1, 2], [2]), 1);
  const { y } = await program({ x });
  deepStrictEqual(await numbers(backend, y!), [-2, -3]);
  await backend.close();
});

Deno.test(
  "step() is 1 for the smallest normal number and hands NaN on",
  onCpu,
  async () => {
    const backend = await open("cpu");
    const x = backend.tensor([NaN, 0, -0, 1.1754944e-38, Infinity, -Infinity], [
      6,
    ]);
    deepStrictEqual(await numbers(backend, backend.step(x)), [
      NaN,
      0,
      0,
      1,
      1,
      0,
    ]);
    await backend.close();
  },
);

Deno.test("operatorProfile() leaves out the first two of more runs", () => {
  const events = [1, 2, 3, 5].flatMap((ms, i) => [
    { cat: "Session", name: "model_run", ts: i * 10_000, dur: 9_000 },
    ...["Conv_0", "Conv_1"].map((node) => ({
      cat: "Node",
      name: `${node}_kernel_time`,
      ts: i * 10_000 + 1,
      dur: ms * 1000,
      args: { op_name: "Conv" },
    })),
  ]);
  // Two nodes of 3 ms, then two of 5 ms.
  deepStrictEqual(operatorProfile(JSON.stringify(events)), [
    { operator: "Conv", nodes: 2, milliseconds: 8 },
  ]);
  deepStrictEqual(operatorProfile("[]"), []);
});

Deno.test("onnxBackend() refuses options out of range", () => {
  throws(() => onnxBackend({ device: "cpu", threads: 0 }), OptionError);
  throws(() => onnxBackend({ device: "cpu", maxSessions: 1.5 }), OptionError);
});

async function open(
  device: OnnxDevice,
  options: Omit<OnnxBackendOptions, "device"> = {},
): Promise<Backend<OnnxTensor>> {
  const created = await onnxBackend({ device, ...options })();
  if (created._tag === "Left") throw created.left;
  return created.right;
}

async function numbers(
  backend: Backend<OnnxTensor>,
  x: OnnxTensor,
): Promise<number[]> {
  const [data] = await backend.read([x]);
  return [...data!];
}
