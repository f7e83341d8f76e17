/**
 * The numbers behind the nodes of a graph.
 *
 * @module
 */
import type { Tensor } from "onnxruntime-common";
import type { Shape, TensorData } from "../backend.ts";
import { DisposedTensorError } from "../errors.ts";
import { runOnDevice } from "../_run_on_device.ts";
import { tensorShape } from "../_shape.ts";
import type { OnnxTensor, TensorLeaf } from "./graph.ts";
import type { MemoryOrder } from "./memory_order.ts";
import { discard, type ResultMemory, resultMemory } from "./_result_memory.ts";
import type { Runtime } from "./_runtime.ts";

/** What a session gave. */
export interface SessionResult {
  /** The numbers. */
  readonly value: Tensor;
  /** How they lie in memory; row-major where there is none. */
  readonly order: MemoryOrder | undefined;
}

/** Which nodes have numbers, and which of them the caller must free. */
export interface TensorStore {
  /** `Backend.tensor`. */
  readonly tensor: (data: ArrayLike<number>, shape: Shape) => TensorLeaf;
  /** A leaf that owns a result of the session of `key`. */
  readonly adopt: (result: SessionResult, key: string) => TensorLeaf;
  /** Moves what the session of `key` left on the device to main memory: it dies with the session. */
  readonly rescue: (key: string) => Promise<void>;
  /** Keeps the value of an operation as long as its node lives. */
  readonly remember: (x: OnnxTensor, result: SessionResult) => void;
  /** Whether the numbers of `x` are there. */
  readonly has: (x: OnnxTensor) => boolean;
  /** The value to feed; reordered where it lies otherwise, and then kept so. */
  readonly get: (x: OnnxTensor, order?: MemoryOrder) => Tensor;
  /** Before a run and behind the last: frees what {@linkcode TensorStore.get} replaced, but what is fed, and what disposed tensors left. */
  readonly sweep: (fed: readonly Tensor[]) => void;
  /** A row-major copy of the numbers. */
  readonly read: (x: OnnxTensor) => Promise<TensorData>;
  /** `Backend.tidy`. */
  readonly tidy: (f: () => readonly OnnxTensor[]) => readonly OnnxTensor[];
  /** Notes that something recorded reads `x`: its numbers then outlive its owner. */
  readonly note: (x: OnnxTensor) => void;
  /**
   * Runs `task`; what is disposed of `xs` meanwhile is freed behind it. Fails
   * where `xs` has what was disposed and is only kept for another task.
   */
  readonly hold: <A>(
    xs: readonly OnnxTensor[],
    task: () => Promise<A>,
  ) => Promise<A>;
  /** `Backend.dispose`. */
  readonly dispose: (xs: readonly OnnxTensor[]) => void;
  /** Leaves that were not disposed. */
  readonly count: () => number;
  /** Frees everything. */
  readonly close: () => void;
}

/** Starts an empty store, which gives `memory` the results that nobody reads any more. */
export function tensorStore(
  { name, tensors }: Pick<Runtime, "name" | "tensors">,
  memory: Pick<ResultMemory, "give">,
): TensorStore {
  const values = new WeakMap<OnnxTensor, Tensor>();
  // Only numbers in main memory have an order of their own.
  const orders = new WeakMap<OnnxTensor, MemoryOrder>();
  // Weak, so that what a caller forgets to dispose is still collected.
  let alive = new WeakSet<OnnxTensor>();
  let count = 0;
  const onDevice = new Map<OnnxTensor, string>();
  // Results in main memory: no one else can hold their numbers.
  const results = new WeakSet<OnnxTensor>();
  // Read by something recorded, for good: their numbers are left to the garbage collector.
  const noted = new WeakSet<OnnxTensor>();
  /** How many tasks are to find the numbers of a node. */
  const holders = new Map<OnnxTensor, number>();
  const scopes: OnnxTensor[][] = [];
  /** What lies in another order now; the same call may have been handed it. */
  const replaced: Tensor[] = [];
  // Of disposed tensors, for those made before the next run: in a loop they have the same lengths.
  const disposed = resultMemory(true);

  const own = (x: OnnxTensor): void => {
    if (alive.has(x)) return;
    alive.add(x);
    count++;
    scopes.at(-1)?.push(x);
  };
  const leaf = (value: Tensor, shape: Shape): TensorLeaf => {
    const x: TensorLeaf = { kind: "tensor", shape };
    values.set(x, value);
    own(x);
    return x;
  };
  const find = (x: OnnxTensor): Tensor => {
    const found = values.get(x);
    if (found !== undefined) return found;
    if (x.kind !== "constant") throw new DisposedTensorError();
    const made = new tensors("float32", x.data, x.shape);
    values.set(x, made);
    return made;
  };
  const get = (x: OnnxTensor, order?: MemoryOrder): Tensor => {
    const found = find(x);
    const from = orders.get(x);
    if (from === order) return found;
    const data = found.data as Float32Array;
    const plain = from?.unpack(data, x.shape) ?? data;
    const packed = order?.pack(plain, x.shape) ?? plain;
    const made = new tensors("float32", packed, x.shape);
    keep(x, { value: made, order });
    // Models are written from a constant's own numbers.
    if (x.kind !== "constant") replaced.push(found);
    return made;
  };
  const keep = (x: OnnxTensor, { value, order }: SessionResult): void => {
    values.set(x, value);
    if (order === undefined) orders.delete(x);
    else orders.set(x, order);
  };
  /** Stops counting `x`; its numbers live on with who reads them, unless they are freed. */
  const forget = (x: OnnxTensor): void => {
    if (alive.delete(x)) count--;
  };
  /** Whether the numbers of `x` go with its owner. */
  const isFreed = (x: OnnxTensor): boolean =>
    onDevice.has(x) || results.has(x) ||
    (x.kind === "tensor" && !noted.has(x));
  const free = (x: OnnxTensor): void => {
    if (!isFreed(x)) return;
    onDevice.delete(x);
    const value = values.get(x);
    values.delete(x);
    if (value?.location === "cpu") {
      // Results cannot pile up without a run, which takes or frees.
      const { give } = results.has(x) ? memory : disposed;
      give(value.data as Float32Array);
    }
    value?.dispose();
  };

  return {
    tensor: (data, shape) => {
      const checked = tensorShape("tensor", data.length, shape);
      // Another length ends a loop, and what is left of it.
      if (!disposed.has(data.length)) disposed.free();
      const copy = disposed.take(data.length);
      copy.set(data);
      return leaf(new tensors("float32", copy, checked), checked);
    },
    adopt: ({ value, order }, key) => {
      const x = leaf(value, [...value.dims]);
      keep(x, { value, order });
      if (value.location !== "cpu") onDevice.set(x, key);
      else results.add(x);
      return x;
    },
    rescue: async (key) => {
      for (const [x, owner] of [...onDevice]) {
        if (owner !== key) continue;
        const value = values.get(x)!;
        const data = await runOnDevice(name, () => value.getData());
        const copy = new Float32Array(data as Float32Array);
        // Disposed meanwhile.
        if (!onDevice.has(x)) continue;
        free(x);
        values.set(x, new tensors("float32", copy, x.shape));
      }
    },
    sweep: (fed) => {
      disposed.free();
      for (const value of replaced.splice(0)) {
        if (!fed.includes(value)) discard(value.data as Float32Array);
      }
    },
    remember: keep,
    has: (x) => values.has(x),
    get,
    read: async (x) => {
      const value = find(x);
      const data = value.location === "cpu"
        ? value.data
        : await runOnDevice(name, () => value.getData());
      return orders.get(x)?.unpack(data as Float32Array, x.shape) ??
        new Float32Array(data as Float32Array);
    },
    tidy: (f) => {
      const made: OnnxTensor[] = [];
      scopes.push(made);
      let kept: readonly OnnxTensor[] = [];
      try {
        kept = f();
        return kept;
      } finally {
        scopes.pop();
        const held = new Set(kept);
        made.filter((x) => !held.has(x)).forEach(forget);
        scopes.at(-1)?.push(...made.filter((x) => held.has(x)));
        // A result is one tensor to its owner, whatever it is computed from.
        kept.filter((x) => x.kind === "operation").forEach(own);
      }
    },
    note: (x) => {
      noted.add(x);
    },
    hold: async (xs, task) => {
      const wanted = [...new Set(xs)];
      // The other task's end would free it before this one reads it, or meanwhile.
      const isLeaving = (x: OnnxTensor): boolean =>
        holders.has(x) && !alive.has(x) && isFreed(x);
      if (wanted.some(isLeaving)) throw new DisposedTensorError();
      const owned = wanted.filter((x) => alive.has(x));
      owned.forEach((x) => holders.set(x, (holders.get(x) ?? 0) + 1));
      try {
        return await task();
      } finally {
        for (const x of owned) {
          const others = holders.get(x)! - 1;
          if (others > 0) holders.set(x, others);
          else holders.delete(x);
          if (others === 0 && !alive.has(x)) free(x);
        }
      }
    },
    dispose: (xs) => {
      for (const x of xs) {
        if (!alive.has(x)) continue;
        forget(x);
        if (!holders.has(x)) free(x);
      }
    },
    count: () => count,
    close: () => {
      disposed.free();
      [...onDevice.keys()].forEach(free);
      alive = new WeakSet();
      count = 0;
    },
  };
}
