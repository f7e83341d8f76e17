import type { InferenceSession, Tensor } from "onnxruntime-common";
import { OptionError } from "../../core/errors.ts";
import type { AsyncResult } from "../../core/result.ts";
import type { Backend, TensorMap } from "../backend.ts";
import { BackendUnavailableError } from "../errors.ts";
import { constantLeaf } from "./_constant.ts";
import { emitModel, feedName } from "./_emit.ts";
import { fuseOperations } from "./fuse_operations.ts";
import type { OnnxTensor, TensorLeaf } from "./graph.ts";
import type { Lowering } from "./lowering.ts";
import type { MemoryOrder } from "./memory_order.ts";
import { plainLowering } from "./plain/lower_plain.ts";
import { chooseLowering } from "./_choose_lowering.ts";
import { type OrderedPlan, planGraph } from "./_plan.ts";
import { notedOperations } from "./_noted_operations.ts";
import { loadRuntime, type OnnxDevice, type Runtime } from "./_runtime.ts";
import { sessionCache } from "./_sessions.ts";
import { type SessionResult, tensorStore } from "./_store.ts";

/** Options of {@linkcode onnxBackend}. */
export interface OnnxBackendOptions {
  /** Native code, WebAssembly, or WebGPU. */
  readonly device: OnnxDevice;
  /**
   * Threads of one operation, at least 1; ONNX Runtime chooses where absent,
   * but for `wasm` in Deno, which takes one: with more its first run hangs now
   * and then.
   */
  readonly threads?: number;
  /** Sessions kept at once, at least 1, by default 16. */
  readonly maxSessions?: number;
  /**
   * On `wasm` and `webgpu`: URL of the folder with the files
   * `ort-wasm-simd-threaded*` of `onnxruntime-web`, ending in `/`. Deno and
   * Node.js find them without; a bundled page needs it. ONNX Runtime reads it
   * once for each of the two devices: later values change nothing.
   */
  readonly wasmPaths?: string;
  /**
   * How operations are written into models: `plain` row by row with the
   * operators of the standard, on every device; `blocked` in the layout of ONNX
   * Runtime's own convolutions, on `cpu` and faster there; `auto`, the default,
   * asks the runtime whether it has `blocked`.
   */
  readonly lowering?: "auto" | "plain" | "blocked";
  /** On `cpu`: path and start of the names of the files into which ONNX Runtime writes a profile of each session once it is released. */
  readonly profilePrefix?: string;
}

/** A backend of ONNX Runtime. */
export interface OnnxBackend extends Backend<OnnxTensor> {
  /** How operations are written: `plain`, or `blocked` with the block's length. */
  readonly lowering: string;
}

/**
 * A backend that records operations and runs them as ONNX models.
 *
 * Nothing runs before {@linkcode Backend.read} or a compiled program: each
 * becomes one model, whose session is kept and found again by its structure.
 * `wasm` needs leave to read its own files, `cpu` also to load native code.
 * No operation falls back from `webgpu` to another device. Disposing results of
 * a program frees them at once: run what depends on them before. What `tensor`
 * made outlives its disposal where something recorded reads it. `step` and the
 * gradient of `relu` hand NaN on.
 *
 * @param options The device, its threads and how many sessions are kept.
 * @returns The backend, or what is missing to run it.
 * @throws {OptionError} If `threads` or `maxSessions` is not a whole number of
 * at least 1.
 *
 * @example A product on the CPU
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { onnxBackend } from "@simsc/core/backends/onnx";
 *
 * const created = await onnxBackend({ device: "cpu" })();
 * if (created._tag === "Right") {
 *   const backend = created.right;
 *   const a = backend.tensor([1, 2, 3, 4], [2, 2]);
 *   const [product] = await backend.read([backend.matMul(a, a)]);
 *   deepStrictEqual([...product!], [7, 10, 15, 22]);
 *   await backend.close();
 * }
 * ```
 */
export function onnxBackend(
  options: OnnxBackendOptions,
): AsyncResult<BackendUnavailableError, OnnxBackend> {
  requireCount("threads", options.threads);
  requireCount("maxSessions", options.maxSessions);
  return async () => {
    const runtime = await loadRuntime(options);
    if (runtime._tag === "Left") return runtime;
    const absent = await notStarted(runtime.right, options);
    if (absent !== undefined) return { _tag: "Left", left: absent };
    const lowering = await chooseLowering(runtime.right, options);
    return lowering._tag === "Left" ? lowering : {
      _tag: "Right",
      right: backendOver(runtime.right, options, lowering.right),
    };
  };
}

/** Runs a first model: only then are WebAssembly and the GPU's device there. */
async function notStarted(
  runtime: Runtime,
  { device }: OnnxBackendOptions,
): Promise<BackendUnavailableError | undefined> {
  const probe = backendOver(runtime, { device }, plainLowering);
  try {
    await probe.read([probe.neg(probe.tensor([1], [1]))]);
    return undefined;
  } catch (cause) {
    const missing = device === "cpu"
      ? "ONNX Runtime does not start"
      : 'the files "ort-wasm-simd-threaded*" of "onnxruntime-web" do not ' +
        'start (a page needs the option "wasmPaths", Deno --allow-read)';
    return new BackendUnavailableError(`onnx-${device}`, missing, { cause });
  } finally {
    await probe.close();
  }
}

/** A graph that one session runs. */
interface Job {
  /** Equal for those that share a session. */
  readonly key: string;
  readonly plan: OrderedPlan;
  /** In the order of the results. */
  readonly outputs: readonly OnnxTensor[];
  /** Of what is fed, in the order of the plan. */
  readonly feedOrders: readonly (MemoryOrder | undefined)[];
  /** Of the results. */
  readonly outputOrders: readonly (MemoryOrder | undefined)[];
}

/** A program traced for one set of input shapes. */
interface Trace extends Job {
  readonly names: readonly string[];
  readonly inputNames: ReadonlyMap<OnnxTensor, string>;
}

function backendOver(
  runtime: Runtime,
  options: OnnxBackendOptions,
  lowering: Lowering,
): OnnxBackend {
  const store = tensorStore(runtime.tensors);
  const sessions = sessionCache(options.maxSessions ?? 16, store.rescue);
  let programs = 0;

  const jobOf = (
    key: (plan: OrderedPlan) => string,
    outputs: readonly OnnxTensor[],
  ): Job => {
    const plan = fuseOperations(
      planGraph(outputs, store.has),
      runtime.device,
    );
    const orderOf = lowering.ordersOf(plan);
    return {
      key: key(plan),
      plan,
      outputs,
      feedOrders: plan.feeds.map(orderOf),
      outputOrders: outputs.map(orderOf),
    };
  };

  /** Runs a job; the results are in the order of its outputs. */
  const run = async (
    { key, plan, outputs, feedOrders, outputOrders }: Job,
    feed: (x: OnnxTensor, order: MemoryOrder | undefined) => Tensor,
    location: "cpu" | "gpu-buffer",
  ): Promise<readonly SessionResult[]> => {
    const feeds = (): Record<string, Tensor> => {
      const fed = plan.feeds.map((x, i) => feed(x, feedOrders[i]));
      store.sweep(fed);
      return Object.fromEntries(fed.map((x, i) => [feedName(i), x]));
    };
    const create = (): Promise<InferenceSession> =>
      runtime.sessions.create(
        emitModel(plan, outputs, {
          proto: runtime.proto,
          lowering,
          device: runtime.device,
        }),
        {
          ...runtime.options,
          preferredOutputLocation: location,
          ...profiling(options.profilePrefix),
        },
      );
    const values = await store.hold(
      plan.feeds,
      () => sessions.run(key, create, feeds),
    );
    return values.map((value, i) => ({ value, order: outputOrders[i] }));
  };

  /** Gives every operation among `xs` its numbers. */
  const materialize = async (xs: readonly OnnxTensor[]): Promise<void> => {
    const wanted = [...new Set(xs)].filter((x) =>
      x.kind === "operation" && !store.has(x)
    );
    if (wanted.length === 0) return;
    const job = jobOf(({ signature }) => `read ${signature}`, wanted);
    const results = await run(job, store.get, "cpu");
    wanted.forEach((x, i) => store.remember(x, results[i]!));
  };

  const trace = (
    program: (inputs: TensorMap<OnnxTensor>) => TensorMap<OnnxTensor>,
    inputs: TensorMap<OnnxTensor>,
  ): Trace => {
    const placeholders = Object.entries(inputs).map((
      [name, { shape }],
    ): [string, TensorLeaf] => [name, { kind: "tensor", shape }]);
    let results: [string, OnnxTensor][] = [];
    // Nothing made while tracing is the caller's.
    store.tidy(() => {
      results = Object.entries(program(Object.fromEntries(placeholders)));
      return [];
    });
    // It may be a tensor of the caller's that no operation reads.
    results.forEach(([, x]) => store.note(x));
    return {
      ...jobOf(() => `program ${programs++}`, results.map(([, x]) => x)),
      names: results.map(([name]) => name),
      inputNames: new Map(placeholders.map(([name, x]) => [x, name])),
    };
  };

  return {
    ...notedOperations(store.note),
    name: `onnx-${options.device}`,
    lowering: lowering.name,
    precision: "float32",
    tensor: store.tensor,
    constant: constantLeaf,
    read: (xs) =>
      store.hold(xs, async () => {
        await materialize(xs);
        return await Promise.all(xs.map(store.read));
      }),
    compile: (program) => {
      const traces = new Map<string, Trace>();
      return (inputs) => {
        const fed = Object.values(inputs);
        return store.hold(fed, async () => {
          const shapes = shapeKey(inputs);
          const traced = traces.get(shapes) ?? trace(program, inputs);
          traces.set(shapes, traced);
          await materialize(fed);
          const results = await run(
            traced,
            (x, order) => {
              const name = traced.inputNames.get(x);
              return store.get(name === undefined ? x : inputs[name]!, order);
            },
            runtime.location,
          );
          return Object.fromEntries(
            traced.names.map((
              name,
              i,
            ) => [name, store.adopt(results[i]!, traced.key)]),
          );
        });
      };
    },
    tidy: store.tidy,
    dispose: store.dispose,
    memory: () => ({ tensors: store.count(), sessions: sessions.size() }),
    close: async () => {
      store.close();
      await sessions.close();
    },
  };
}

function shapeKey(inputs: TensorMap<OnnxTensor>): string {
  let key = "";
  for (const name in inputs) key += `${name}[${inputs[name]!.shape}]`;
  return key;
}

function profiling(
  prefix: string | undefined,
): InferenceSession.SessionOptions {
  return prefix === undefined
    ? {}
    : { enableProfiling: true, profileFilePrefix: prefix };
}

function requireCount(param: string, value: number | undefined): void {
  if (value === undefined || (Number.isInteger(value) && value >= 1)) return;
  const wanted = "a whole number of at least 1";
  throw new OptionError("onnxBackend", param, wanted, value);
}
