import { OptionError } from "../../core/errors.ts";
import type { AsyncResult } from "../../core/result.ts";
import type { Backend } from "../backend.ts";
import { BackendUnavailableError } from "../errors.ts";
import { chooseLowering } from "./_choose_lowering.ts";
import { constantLeaf } from "./_constant.ts";
import type { OnnxTensor } from "./graph.ts";
import { jobRunner } from "./_jobs.ts";
import type { Lowering } from "./lowering.ts";
import { notedOperations } from "./_noted_operations.ts";
import { plainLowering } from "./plain/lower_plain.ts";
import { loadRuntime, type OnnxDevice, type Runtime } from "./_runtime.ts";
import { sessionCache } from "./_sessions.ts";
import { resultMemory } from "./_result_memory.ts";
import { tensorStore } from "./_store.ts";

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
 * `wasm` needs leave to read its own files, `cpu` also to load native code,
 * which reports its use to Microsoft unless `ORT_DISABLE_TELEMETRY` is 1 in the
 * environment: it is set where it is absent and Deno allows the variable.
 * No operation falls back from `webgpu` to another device. Disposing results of
 * a program gives their memory up at once: run what depends on them before. What
 * `tensor` made outlives its disposal where something recorded reads it. `step`
 * and the gradient of `relu` hand NaN on; a number that is not finite spoils
 * more of a map by the blocked lowering than by the plain one.
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
  // Then it ran one already.
  if (runtime.fillsResults) return undefined;
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

function backendOver(
  runtime: Runtime,
  options: OnnxBackendOptions,
  lowering: Lowering,
): OnnxBackend {
  const memory = resultMemory(runtime.fillsResults);
  const store = tensorStore(runtime, memory);
  const sessions = sessionCache(options.maxSessions ?? 16, store.rescue);
  const { profilePrefix } = options;
  const jobs = jobRunner({
    runtime,
    lowering,
    store,
    memory,
    sessions,
    profilePrefix,
  });
  return {
    ...notedOperations(store.note),
    name: runtime.name,
    lowering: lowering.name,
    precision: "float32",
    tensor: store.tensor,
    constant: constantLeaf,
    read: jobs.read,
    compile: jobs.compile,
    tidy: store.tidy,
    dispose: store.dispose,
    memory: () => ({ tensors: store.count(), sessions: sessions.size() }),
    close: async () => {
      store.close();
      await sessions.close();
      // Behind the last run, which leaves memory too.
      store.sweep([]);
      memory.free();
    },
  };
}

function requireCount(param: string, value: number | undefined): void {
  if (value === undefined || (Number.isInteger(value) && value >= 1)) return;
  const wanted = "a whole number of at least 1";
  throw new OptionError("onnxBackend", param, wanted, value);
}
