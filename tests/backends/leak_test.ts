import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { env } from "node:process";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type {
  Backend,
  BackendMemory,
  TensorMap,
} from "../../src/backends/backend.ts";
import { valueAndGrad } from "../../src/backends/tape.ts";
import { adam } from "../../src/nn/adam.ts";
import { adamCorrections } from "../../src/nn/adam_corrections.ts";
import type { OpaqueTensor } from "../../src/runs/create_backend.ts";
import { drawn, eachBackend, type Numbers, put } from "../_helpers.ts";

const STEPS = 1000;

/** Steps after which memory must have settled. */
const WARM = 200;

/** Resident memory at the end over that when warm, at most. */
const GROWTH = 1.05;

/** Collects garbage at once: what is left is held by someone. */
const collect = collector();

function collector(): () => Promise<void> {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as () => void;
  return async () => {
    gc();
    // Finalisers of native memory run between two tasks.
    await new Promise((resolve) => setTimeout(resolve, 20));
    gc();
  };
}

/** 17 kB a tensor, thrice: a state that stays behind shows after 800 steps. */
const PARAMETERS: Readonly<Record<string, Numbers>> = {
  w1: drawn(1, [64, 64], [-0.2, 0.2]),
  b1: drawn(2, [64]),
  w2: drawn(3, [64, 1], [-0.2, 0.2]),
};

/** A perceptron's squared error, its gradients and Adam, as one program. */
function trainingStep<T>(backend: Backend<T>) {
  return backend.compile((inputs) => {
    const named = (prefix: string): TensorMap<T> =>
      Object.fromEntries(
        Object.keys(PARAMETERS).map((name) => [name, inputs[prefix + name]!]),
      );
    const parameters = named("p.");
    const { value, gradients } = valueAndGrad(
      backend,
      (tape, { w1, b1, w2 }) => {
        const x = tape.lift(inputs["x"]!);
        const hidden = tape.relu(tape.add(tape.matMul(x, w1!), b1!));
        const error = tape.sub(
          tape.matMul(hidden, w2!),
          tape.lift(inputs["y"]!),
        );
        const total = tape.sum(tape.mul(error, error), [0, 1]);
        return { value: tape.reshape(total, []) };
      },
    )(parameters);
    const next = adam(backend, {
      parameters,
      gradients,
      state: { m: named("m."), v: named("v.") },
      corrections: inputs["corrections"]!,
      learningRate: () => 1e-3,
    });
    const under = (prefix: string, tensors: TensorMap<T>) =>
      Object.fromEntries(
        Object.entries(tensors).map(([name, x]) => [prefix + name, x]),
      );
    return {
      loss: value,
      ...under("p.", next.parameters),
      ...under("m.", next.state.m),
      ...under("v.", next.state.v),
    };
  });
}

/** What is held at one moment, in bytes and in tensors. */
interface Held {
  readonly rss: number;
  readonly heap: number;
  readonly memory: BackendMemory;
}

/** Trains, and gives what is held after each of `marks`. */
async function measured(
  backend: Backend<OpaqueTensor>,
  steps: number,
  marks: readonly number[],
) {
  const step = trainingStep(backend);
  let state: TensorMap<OpaqueTensor> = Object.fromEntries(
    Object.entries(PARAMETERS).flatMap(([name, { shape, data }]) => [
      [`p.${name}`, backend.tensor(data, shape)],
      [`m.${name}`, backend.tensor(new Float32Array(data.length), shape)],
      [`v.${name}`, backend.tensor(new Float32Array(data.length), shape)],
    ]),
  );
  const held: Held[] = [];
  const losses: number[] = [];
  for (let t = 1; t <= steps; t++) {
    const batch = {
      x: put(backend, drawn(t, [8, 64])),
      y: put(backend, drawn(t + 1, [8, 1])),
      corrections: backend.tensor(adamCorrections(t), [2]),
    };
    const { loss, ...next } = await step({ ...batch, ...state });
    const [value] = await backend.read([loss!]);
    losses.push(value![0]!);
    backend.dispose([
      loss!,
      ...Object.values(batch),
      ...Object.values(state),
    ]);
    state = next;
    if (marks.includes(t)) {
      await collect();
      const { rss, heapUsed, external } = Deno.memoryUsage();
      held.push({ rss, heap: heapUsed + external, memory: backend.memory() });
    }
  }
  backend.dispose(Object.values(state));
  ok(losses.every(Number.isFinite));
  return held;
}

eachBackend("a thousand training steps leave memory as it was", async (be) => {
  const slow = be.name.endsWith("webgpu") && env["SIMSC_TEST_SLOW"] !== "1";
  const [warm, steps] = slow ? [10, 50] : [WARM, STEPS];
  const before = be.memory();
  const [early, late] = await measured(be, steps, [warm, steps]);
  deepStrictEqual(late!.memory, early!.memory);
  strictEqual(be.memory().tensors, before.tensors);
  if (slow) return;
  // The reference has no memory but the heap; what the allocator keeps of it
  // for later levels off only after 2,000 steps.
  const kinds = be.name === "reference" ? ["heap"] : ["heap", "rss"];
  for (const kind of kinds as ("heap" | "rss")[]) {
    const [from, to] = [early![kind], late![kind]];
    const megabytes = [from, to].map((bytes) => (bytes / 2 ** 20).toFixed(1));
    ok(to / from <= GROWTH, `${kind} went from ${megabytes.join(" to ")} MB`);
  }
});
