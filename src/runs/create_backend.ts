/**
 * Backends by name.
 *
 * @module
 */

import type { Backend } from "../backends/backend.ts";
import { BackendUnavailableError } from "../backends/errors.ts";
import type { AsyncResult, Result } from "../core/result.ts";
import { left, right } from "./_result.ts";

/** Every backend there is, by name. */
export const BACKEND_NAMES = [
  "reference",
  "tfjs-webgpu",
  "tfjs-wasm",
  "tfjs-cpu",
  "onnx-cpu",
  "onnx-wasm",
  "onnx-webgpu",
] as const;

/** Name of a backend. */
export type BackendName = typeof BACKEND_NAMES[number];

/** Ways to write operations into models of ONNX Runtime, by name. */
export const LOWERINGS = ["auto", "plain", "blocked"] as const;

/** Way to write operations into models of ONNX Runtime. */
export type Lowering = typeof LOWERINGS[number];

/** A tensor of a backend chosen at run time: only that backend can read it. */
export interface OpaqueTensor {
  /** Never there; keeps other types apart. */
  readonly opaque: never;
}

/** Options of {@linkcode createBackend}. */
export interface CreateBackendOptions {
  /** CPU threads of ONNX Runtime; its own choice by default. */
  readonly threads?: number;
  /** How ONNX Runtime's models are written; `auto`, the fastest, by default. */
  readonly lowering?: Lowering;
  /** Compiled sessions kept at most; the backend's own bound by default. */
  readonly maxSessions?: number;
  /**
   * URL of a folder that holds the WebAssembly files of `onnxruntime-web` and
   * `@tensorflow/tfjs-backend-wasm`, ending in `/`. A page needs it; Deno and
   * Node.js find the files without.
   */
  readonly wasmPaths?: string;
}

/**
 * The backend of a name, or with `auto` the fastest one present.
 *
 * `auto` takes native ONNX Runtime where it loads; else, in a browser, WebGPU
 * on a GPU that is not emulated; else WebAssembly; the `name` of the result
 * says which. A backend asked for by name never gives another one.
 *
 * @param name One of {@linkcode BACKEND_NAMES}, or `auto`.
 * @param options Threads, sessions, and where a page finds WebAssembly files.
 * @returns The backend, or an error that names what is missing.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { createBackend } from "@simsc/core/runs";
 *
 * const backend = await createBackend("reference")();
 * strictEqual(backend._tag === "Right" && backend.right.name, "reference");
 * ```
 */
export function createBackend(
  name: BackendName | "auto",
  options: CreateBackendOptions = {},
): AsyncResult<BackendUnavailableError, Backend<OpaqueTensor>> {
  return async () => {
    if (name !== "auto") {
      const create = Object.hasOwn(factories, name)
        ? factories[name]
        : undefined;
      if (create) return await create(options);
      const known = [...BACKEND_NAMES, "auto"].join(", ");
      return absent(name, `there is no such backend; known are ${known}`);
    }
    const tried: string[] = [];
    for await (const candidate of candidates()) {
      const backend = await factories[candidate](options);
      if (backend._tag === "Right") return backend;
      tried.push(backend.left.message);
    }
    return absent("auto", tried.join("; "));
  };
}

type Factory = (
  options: CreateBackendOptions,
) => Promise<Result<BackendUnavailableError, Backend<OpaqueTensor>>>;

const factories: Readonly<Record<BackendName, Factory>> = {
  "reference": async () => {
    const { referenceBackend } = await import("../backends/reference.ts");
    return opaque(right(referenceBackend()));
  },
  "tfjs-webgpu": tfjs("webgpu"),
  "tfjs-wasm": tfjs("wasm"),
  "tfjs-cpu": tfjs("cpu"),
  "onnx-cpu": onnx("cpu"),
  "onnx-wasm": onnx("wasm"),
  "onnx-webgpu": onnx("webgpu"),
};

function tfjs(device: "webgpu" | "wasm" | "cpu"): Factory {
  return async ({ wasmPaths }) => {
    const { tfjsBackend } = await import("../backends/tfjs.ts");
    const files = wasmPaths === undefined ? {} : { wasmPaths };
    return opaque(await tfjsBackend({ device, ...files })());
  };
}

function onnx(device: "cpu" | "wasm" | "webgpu"): Factory {
  return async (options) => {
    const { onnxBackend } = await import("../backends/onnx/mod.ts");
    return opaque(await onnxBackend({ ...options, device })());
  };
}

/** Forgets which library the tensors belong to. */
function opaque<T>(
  backend: Result<BackendUnavailableError, Backend<T>>,
): Result<BackendUnavailableError, Backend<OpaqueTensor>> {
  return backend as Result<
    BackendUnavailableError,
    Backend<unknown>
  > as Result<BackendUnavailableError, Backend<OpaqueTensor>>;
}

/** Fastest first; the GPU is looked for only where native code did not load. */
async function* candidates(): AsyncGenerator<BackendName> {
  yield "onnx-cpu";
  if (await hasRealGpu()) yield* ["onnx-webgpu", "tfjs-webgpu"] as const;
  yield* ["onnx-wasm", "tfjs-wasm", "tfjs-cpu", "reference"] as const;
}

/** Whether WebGPU runs on hardware: an emulated GPU is slower than the CPU path. */
async function hasRealGpu(): Promise<boolean> {
  const { gpu } = (globalThis.navigator ?? {}) as { readonly gpu?: Gpu };
  const adapter = await gpu?.requestAdapter().catch(() => null);
  if (!adapter) return false;
  const { architecture = "", description = "", isFallbackAdapter = false } =
    adapter.info ?? {};
  const emulated = /llvmpipe|swiftshader/i;
  return !isFallbackAdapter && !emulated.test(`${architecture} ${description}`);
}

/** The little of WebGPU that is read here, so that no global type is needed. */
interface Gpu {
  requestAdapter(): Promise<
    {
      /** Older browsers have none. */
      readonly info?: {
        readonly architecture?: string;
        readonly description?: string;
        readonly isFallbackAdapter?: boolean;
      };
    } | null
  >;
}

function absent(
  name: string,
  missing: string,
): Result<BackendUnavailableError, never> {
  return left(new BackendUnavailableError(name, missing));
}
