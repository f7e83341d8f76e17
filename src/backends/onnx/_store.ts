/**
 * The numbers behind the nodes of a graph.
 *
 * @module
 */
import type { Tensor, TensorConstructor } from "onnxruntime-common";
import type { Shape, TensorData } from "../backend.ts";
import { tensorShape } from "../_shape.ts";
import type { OnnxTensor, TensorLeaf } from "./graph.ts";

/** Which nodes have numbers, and which of them the caller must free. */
export interface TensorStore {
  /** `Backend.tensor`. */
  readonly tensor: (data: ArrayLike<number>, shape: Shape) => TensorLeaf;
  /** A leaf that owns a result of the session of `key`. */
  readonly adopt: (value: Tensor, key: string) => TensorLeaf;
  /** Moves what the session of `key` left on the device to main memory: it dies with the session. */
  readonly rescue: (key: string) => Promise<void>;
  /** Keeps the value of an operation as long as its node lives. */
  readonly remember: (x: OnnxTensor, value: Tensor) => void;
  /** Whether the numbers of `x` are there. */
  readonly has: (x: OnnxTensor) => boolean;
  /** The value to feed. */
  readonly get: (x: OnnxTensor) => Tensor;
  /** A copy of the numbers. */
  readonly read: (x: OnnxTensor) => Promise<TensorData>;
  /** `Backend.tidy`. */
  readonly tidy: (f: () => readonly OnnxTensor[]) => readonly OnnxTensor[];
  /** `Backend.dispose`. */
  readonly dispose: (xs: readonly OnnxTensor[]) => void;
  /** Leaves that were not disposed. */
  readonly count: () => number;
  /** Frees everything. */
  readonly close: () => void;
}

/** Starts an empty store. */
export function tensorStore(tensors: TensorConstructor): TensorStore {
  const values = new WeakMap<OnnxTensor, Tensor>();
  // Weak, so that what a caller forgets to dispose is still collected.
  let alive = new WeakSet<OnnxTensor>();
  let count = 0;
  const onDevice = new Map<OnnxTensor, string>();
  const scopes: OnnxTensor[][] = [];

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
  const get = (x: OnnxTensor): Tensor => {
    const found = values.get(x);
    if (found !== undefined) return found;
    if (x.kind !== "constant") {
      throw new TypeError("the tensor was disposed or is of another backend");
    }
    const made = new tensors("float32", x.data, x.shape);
    values.set(x, made);
    return made;
  };
  /** Stops counting `x`; numbers in main memory live on with who reads them. */
  const forget = (x: OnnxTensor): void => {
    if (alive.delete(x)) count--;
  };
  const free = (x: OnnxTensor): void => {
    if (!onDevice.delete(x)) return;
    values.get(x)?.dispose();
    values.delete(x);
  };

  return {
    tensor: (data, shape) => {
      const checked = tensorShape("tensor", data.length, shape);
      return leaf(
        new tensors("float32", new Float32Array(data), checked),
        checked,
      );
    },
    adopt: (value, key) => {
      const x = leaf(value, [...value.dims]);
      if (value.location !== "cpu") onDevice.set(x, key);
      return x;
    },
    rescue: async (key) => {
      for (const [x, owner] of [...onDevice]) {
        if (owner !== key) continue;
        const value = values.get(x)!;
        const data = await value.getData();
        free(x);
        const copy = new Float32Array(data as Float32Array);
        values.set(x, new tensors("float32", copy, x.shape));
      }
    },
    remember: (x, value) => values.set(x, value),
    has: (x) => values.has(x),
    get,
    read: async (x) => {
      const value = get(x);
      const data = value.location === "cpu"
        ? value.data
        : await value.getData();
      return new Float32Array(data as Float32Array);
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
    dispose: (xs) => {
      for (const x of xs) {
        if (!alive.has(x)) continue;
        forget(x);
        free(x);
      }
    },
    count: () => count,
    close: () => {
      [...onDevice.keys()].forEach(free);
      alive = new WeakSet();
      count = 0;
    },
  };
}
