/**
 * TensorFlow.js as a backend, on WebGPU, WebAssembly or plain JavaScript.
 *
 * A tensor of this backend is a `tf.Tensor`, so its operations mix with a
 * caller's own TensorFlow.js code in one program.
 *
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { tfjsBackend } from "@simsc/core/backends/tfjs";
 *
 * const opened = await tfjsBackend({ device: "cpu" })();
 * if (opened._tag === "Left") throw opened.left;
 * const backend = opened.right;
 * const x = backend.tensor([1, 2, 3, 4], [2, 2]);
 * const [sums] = await backend.read([backend.sum(x, [1])]);
 * deepStrictEqual([...sums!], [3, 7]);
 * await backend.close();
 * ```
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { AsyncResult } from "../core/result.ts";
import {
  broadcastToShape,
  concatShape,
  gatherShape,
  padShape,
  reshapeShape,
  sliceShape,
  tensorShape,
  transposeShape,
} from "./_shape.ts";
import { openTfjsDevice } from "./_tfjs_device.ts";
import { tfjsElementwise } from "./_tfjs_elementwise.ts";
import {
  broadcastTensor,
  concatTensors,
  gatherRows,
  padTensor,
  sliceTensor,
  transposeTensor,
} from "./_tfjs_layout.ts";
import { runOnDevice } from "./_run_on_device.ts";
import { tfjsMatMul } from "./_tfjs_mat_mul.ts";
import { tfjsReduce } from "./_tfjs_reduce.ts";
import { type TfjsSession, tfjsSession } from "./_tfjs_session.ts";
import { tfjsWindows } from "./_tfjs_windows.ts";
import type { Backend, Shape } from "./backend.ts";
import { type BackendUnavailableError, DisposedTensorError } from "./errors.ts";

export type { AsyncResult, Failure, Result, Success } from "../core/result.ts";
export type {
  Backend,
  BackendMemory,
  CompiledProgram,
  Conv2dFilterGradOptions,
  Conv2dInputGradOptions,
  Conv2dOptions,
  MatMulOptions,
  MaxPool2dOptions,
  Operand,
  Program,
  Shape,
  TensorData,
  TensorMap,
  WindowOptions,
} from "./backend.ts";
export { BackendUnavailableError, DeviceFailedError } from "./errors.ts";

/** Tensor of {@linkcode tfjsBackend}: a plain `tf.Tensor`. */
export type TfjsTensor = tf.Tensor;

/** Options of {@linkcode tfjsBackend}. */
export interface TfjsBackendOptions {
  /** Where operations run: a GPU, WebAssembly, or plain JavaScript. */
  readonly device: "webgpu" | "wasm" | "cpu";

  /**
   * Folder URL of the `.wasm` files of `@tensorflow/tfjs-backend-wasm`, ending
   * in `/`, or one URL a file. Deno and Node.js find them without; a browser
   * needs it unless they lie beside the script. TensorFlow.js starts WebAssembly
   * once a process: later values change nothing.
   */
  readonly wasmPaths?: string | Readonly<Record<string, string>>;
}

/**
 * A backend on one TensorFlow.js device, named `tfjs-webgpu`, `tfjs-wasm` or
 * `tfjs-cpu`; it never moves work to another device.
 *
 * TensorFlow.js has one active device a process. Each operation makes this
 * backend's device the active one and leaves it active, so backends on several
 * devices work side by side; a switch costs about 0.2 ms. On WebGPU the flag
 * `WEBGPU_CPU_FORWARD` is turned off for the process, because small tensors
 * would otherwise be computed on the CPU.
 *
 * In Deno, `wasm` needs `--allow-read` and the others no permission.
 *
 * `memory()` counts the tensors made through this value, and `close()` frees
 * them; the device stays as it is for others.
 *
 * @param options The device, and where its files are.
 * @returns The backend, or what is missing here.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { tfjsBackend } from "@simsc/core/backends/tfjs";
 *
 * const opened = await tfjsBackend({ device: "cpu" })();
 * if (opened._tag === "Left") throw opened.left;
 * const backend = opened.right;
 * const x = backend.tensor([1, 2, 3, 4], [2, 2]);
 * const [product] = await backend.read([backend.matMul(x, x)]);
 * deepStrictEqual(product, Float32Array.of(7, 10, 15, 22));
 * await backend.close();
 * ```
 */
export function tfjsBackend(
  options: TfjsBackendOptions,
): AsyncResult<BackendUnavailableError, Backend<TfjsTensor>> {
  return async () => {
    const opened = await openTfjsDevice(options);
    if (opened._tag === "Left") return opened;
    return { _tag: "Right", right: fromSession(tfjsSession(opened.right)) };
  };
}

function fromSession(session: TfjsSession): Backend<tf.Tensor> {
  function make(
    fn: string,
    data: ArrayLike<number>,
    shape: Shape,
  ): tf.Tensor {
    const checked = tensorShape(fn, data.length, shape);
    // A copy: on cpu the tensor would share the caller's array.
    const copy = new Float32Array(data);
    return session.run(checked, [], () => tf.tensor(copy, [...checked]));
  }

  const name = `tfjs-${session.device.kind}`;
  return {
    name,
    precision: "float32",
    tensor: (data, shape) => make("tensor", data, shape),
    constant: (data, shape) => make("constant", data, shape),
    shape: (x) => x.shape,
    read: (xs) =>
      Promise.all(xs.map(async (x) => {
        if (x.isDisposed) throw new DisposedTensorError();
        return new Float32Array(await runOnDevice(name, () => x.data()));
      })),
    compile: (program) => async (inputs) => await session.call(program, inputs),
    tidy: session.tidy,
    dispose: session.dispose,
    memory: () => ({ tensors: session.live().length, sessions: 0 }),
    close: async () => await session.dispose(session.live()),
    ...tfjsElementwise(session),
    ...tfjsMatMul(session),
    ...tfjsWindows(session),
    ...tfjsReduce(session),
    reshape: (x, shape) =>
      session.run(
        reshapeShape(x.shape, shape),
        [x],
        () => tf.reshape(x, [...shape]),
      ),
    transpose: (x, permutation) =>
      session.run(
        transposeShape(x.shape, permutation),
        [x],
        () => transposeTensor(x, permutation),
      ),
    slice: (x, begin, size) =>
      session.run(
        sliceShape(x.shape, begin, size),
        [x],
        () => sliceTensor(x, begin, size),
      ),
    concat: (xs, axis) =>
      session.run(
        concatShape(xs.map((x) => x.shape), axis),
        [],
        () => concatTensors(xs, axis),
      ),
    pad: (x, paddings) =>
      session.run(
        padShape(x.shape, paddings),
        [x],
        () => padTensor(x, paddings),
      ),
    broadcastTo: (x, shape) =>
      session.run(
        broadcastToShape(x.shape, shape),
        [x],
        () => broadcastTensor(x, shape),
      ),
    gather: (x, indices) =>
      session.run(
        gatherShape(x.shape, indices.shape),
        [x, indices],
        () => gatherRows(x, indices),
      ),
  };
}
