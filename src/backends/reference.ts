import type { Backend, TensorMap } from "./backend.ts";
import { referenceElementwise } from "./_reference_elementwise.ts";
import {
  referenceBroadcastTo,
  referenceConcat,
  referenceGather,
  referencePad,
  referenceReshape,
  referenceSlice,
  referenceTranspose,
} from "./_reference_layout.ts";
import {
  referenceArgMax,
  referenceMatMul,
  referenceMax,
  referenceSoftmax,
  referenceSum,
} from "./_reference_reduce.ts";
import type { ReferenceTensor } from "./_reference_tensor.ts";
import {
  referenceConv2d,
  referenceConv2dFilterGrad,
  referenceConv2dInputGrad,
  referenceMaxPool2d,
  referenceMaxPool2dGrad,
} from "./_reference_window.ts";
import { tensorShape } from "./_shape.ts";

export type { ReferenceTensor } from "./_reference_tensor.ts";

/**
 * Float64 loops written from the formulas: the oracle that tests hold other
 * backends against, and a way to run any program without a runtime.
 *
 * Nothing is fast here, and `compile` only wraps the program. `memory` counts
 * what `tensor`, `constant`, `tidy` and compiled programs gave and `dispose`
 * has not taken back; results of operations belong to the garbage collector.
 *
 * @returns A backend of its own; tensors of another one work in it too.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { referenceBackend } from "@simsc/core";
 *
 * const backend = referenceBackend();
 * const x = backend.tensor([1, 2, 3, 4], [2, 2]);
 * const [product] = await backend.read([backend.matMul(x, x)]);
 * deepStrictEqual(product, Float64Array.of(7, 10, 15, 22));
 * ```
 */
export function referenceBackend(): Backend<ReferenceTensor> {
  const live = new Set<ReferenceTensor>();

  function keep(x: ReferenceTensor): ReferenceTensor {
    live.add(x);
    return x;
  }

  function make(
    fn: string,
    data: ArrayLike<number>,
    shape: readonly number[],
  ): ReferenceTensor {
    const checked = tensorShape(fn, data.length, shape);
    return keep({ shape: checked, data: Float64Array.from(data) });
  }

  /** Runs `f`, then forgets what it made and `kept` does not name. */
  function scoped<R>(
    f: () => R,
    kept: (result: R) => readonly ReferenceTensor[],
  ): R {
    const outside = new Set(live);
    const survivors = new Set<ReferenceTensor>();
    try {
      const result = f();
      kept(result).forEach((x) => survivors.add(x));
      return result;
    } finally {
      live.forEach((x) => outside.has(x) || live.delete(x));
      survivors.forEach(keep);
    }
  }

  return {
    name: "reference",
    precision: "float64",
    tensor: (data, shape) => make("tensor", data, shape),
    constant: (data, shape) => make("constant", data, shape),
    shape: (x) => x.shape,
    read: (xs) => Promise.resolve(xs.map((x) => x.data.slice())),
    // An output may be an input or appear twice, yet each is the caller's own.
    compile: (program) => (inputs) =>
      new Promise((resolve) =>
        resolve(scoped(
          () => mapValues(program(inputs), (x) => ({ ...x })),
          (outputs) => Object.values(outputs),
        ))
      ),
    tidy: (f) => scoped(f, (results) => results),
    dispose: (xs) => xs.forEach((x) => live.delete(x)),
    memory: () => ({ tensors: live.size, sessions: 0 }),
    close: () => Promise.resolve(live.clear()),
    ...referenceElementwise,
    matMul: referenceMatMul,
    conv2d: referenceConv2d,
    conv2dInputGrad: referenceConv2dInputGrad,
    conv2dFilterGrad: referenceConv2dFilterGrad,
    maxPool2d: referenceMaxPool2d,
    maxPool2dGrad: referenceMaxPool2dGrad,
    sum: referenceSum,
    max: referenceMax,
    softmax: referenceSoftmax,
    argMax: referenceArgMax,
    reshape: referenceReshape,
    transpose: referenceTranspose,
    slice: referenceSlice,
    concat: referenceConcat,
    pad: referencePad,
    broadcastTo: referenceBroadcastTo,
    gather: referenceGather,
  };
}

function mapValues<A, B>(map: TensorMap<A>, f: (value: A) => B): TensorMap<B> {
  return Object.fromEntries(
    Object.entries(map).map(([name, value]) => [name, f(value)]),
  );
}
