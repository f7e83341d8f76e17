/**
 * Who owns which tensor: every operation runs in a scope on its own device,
 * and what leaves the scope is remembered until it is disposed.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { TfjsDevice } from "./_tfjs_device.ts";
import { sameShape, sizeOf } from "./_shape.ts";
import type { Program, Shape, TensorMap } from "./backend.ts";

/** The tensors of one backend value. */
export interface TfjsSession {
  /** Device that every operation runs on. */
  readonly device: TfjsDevice;

  /**
   * Runs one operation and gives its result the shape `shape`. With nothing to
   * compute, because `shape` or an operand is empty, the result is zeros.
   */
  run(
    shape: Shape,
    operands: readonly tf.Tensor[],
    operation: () => tf.Tensor,
  ): tf.Tensor;

  /** Runs `f` and frees every tensor made inside but those it returns. */
  tidy(f: () => readonly tf.Tensor[]): readonly tf.Tensor[];

  /** Runs a program so that each output is a tensor of its own. */
  call(
    program: Program<tf.Tensor>,
    inputs: TensorMap<tf.Tensor>,
  ): TensorMap<tf.Tensor>;

  /** Frees tensors; those freed before are left alone. */
  dispose(xs: Iterable<tf.Tensor>): void;

  /** Tensors made here and not freed. */
  live(): readonly tf.Tensor[];
}

/** An empty session on `device`. */
export function tfjsSession(device: TfjsDevice): TfjsSession {
  let live = new Set<tf.Tensor>();
  let sweepAt = 1024;

  function track(x: tf.Tensor): tf.Tensor {
    live.add(x);
    // Tensors freed by a caller's own tf.tidy are noticed only by looking.
    if (live.size > sweepAt) sweepAt = Math.max(1024, 2 * sweep(live));
    return x;
  }

  function run(
    shape: Shape,
    operands: readonly tf.Tensor[],
    operation: () => tf.Tensor,
  ): tf.Tensor {
    device.activate();
    return track(tf.tidy(() => {
      if (sizeOf(shape) === 0 || operands.some((x) => x.size === 0)) {
        return tf.zeros([...shape]);
      }
      const result = operation();
      return sameShape(result.shape, shape)
        ? result
        : tf.reshape(result, [...shape]);
    }));
  }

  function tidy(f: () => readonly tf.Tensor[]): readonly tf.Tensor[] {
    device.activate();
    const outer = live;
    const inner = new Set<tf.Tensor>();
    live = inner;
    try {
      return tf.tidy(() => [...f()]);
    } finally {
      live = outer;
      for (const x of inner) if (!x.isDisposed) live.add(x);
    }
  }

  function call(
    program: Program<tf.Tensor>,
    inputs: TensorMap<tf.Tensor>,
  ): TensorMap<tf.Tensor> {
    let names: readonly string[] = [];
    const outputs = tidy(() => {
      const made = program(inputs);
      names = Object.keys(made);
      // A clone shares its elements; without it an output that is an input,
      // or is there twice, would be freed with the other.
      return names.map((name) => track(tf.clone(made[name]!)));
    });
    return Object.fromEntries(names.map((name, i) => [name, outputs[i]!]));
  }

  function dispose(xs: Iterable<tf.Tensor>): void {
    for (const x of xs) {
      live.delete(x);
      if (!x.isDisposed) x.dispose();
    }
  }

  return {
    device,
    run,
    tidy,
    call,
    dispose,
    live: () => {
      sweep(live);
      return [...live];
    },
  };
}

function sweep(live: Set<tf.Tensor>): number {
  for (const x of live) if (x.isDisposed) live.delete(x);
  return live.size;
}
