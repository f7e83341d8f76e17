/**
 * Loads ONNX Runtime for a device and says what that device can do.
 *
 * @module
 */
import type {
  Env,
  InferenceSession,
  InferenceSessionFactory,
  TensorConstructor,
} from "onnxruntime-common";
import type { Result } from "../../core/result.ts";
import { BackendUnavailableError } from "../errors.ts";
import { canFillResults } from "./_fill_results.ts";
import type { DeviceTraits } from "./lowering.ts";
import type { OnnxProto } from "./model_builder.ts";

/** Where sessions run. */
export type OnnxDevice = "cpu" | "wasm" | "webgpu";

/** A loaded ONNX Runtime. */
export interface Runtime {
  /** Makes sessions. */
  readonly sessions: InferenceSessionFactory;
  /** Makes tensors. */
  readonly tensors: TensorConstructor;
  /** Encodes models. */
  readonly proto: OnnxProto;
  /** Options of every session. */
  readonly options: InferenceSession.SessionOptions;
  /** Name of the backend, for errors. */
  readonly name: string;
  /** What the lowering may use. */
  readonly device: DeviceTraits;
  /** Where a compiled program leaves its results. */
  readonly location: "cpu" | "gpu-buffer";
  /** Whether it computes results into memory that is handed over. */
  readonly fillsResults: boolean;
}

interface OnnxRuntimeModule {
  readonly InferenceSession: InferenceSessionFactory;
  readonly Tensor: TensorConstructor;
  readonly env: Env;
}

/** What a caller chooses. */
export interface RuntimeOptions {
  /** Where sessions run. */
  readonly device: OnnxDevice;
  /** Threads of one operation. */
  readonly threads?: number;
  /** Folder URL of ONNX Runtime's WebAssembly files. */
  readonly wasmPaths?: string;
}

/** What differs between the devices. */
interface DeviceProfile {
  readonly load: () => Promise<OnnxRuntimeModule>;
  readonly options: InferenceSession.SessionOptions;
  readonly traits: DeviceTraits;
  readonly location: "cpu" | "gpu-buffer";
}

/** What ONNX Runtime's own kernels have, native and in WebAssembly. */
export const everything: DeviceTraits = {
  fusedMatMul: true,
  fastProducts: true,
  poolIndices: true,
  hardSigmoid: true,
  gelu: true,
  layerNormStatistics: true,
  fastScan: true,
};

const profiles: Readonly<Record<OnnxDevice, DeviceProfile>> = {
  cpu: {
    load: loadNative,
    options: {
      // The plan made by the first run would be held beside its own memory.
      enableMemPattern: false,
      // Idle sessions would otherwise spin against the one that runs.
      extra: { session: { force_spinning_stop: "1" } },
    },
    traits: everything,
    location: "cpu",
  },
  wasm: {
    load: () => import("onnxruntime-web"),
    options: {},
    traits: { ...everything, fastScan: false },
    location: "cpu",
  },
  webgpu: {
    load: () => import("onnxruntime-web/webgpu"),
    // A missing kernel fails by name instead of running on the CPU.
    options: { extra: { session: { disable_cpu_ep_fallback: "1" } } },
    traits: {
      fusedMatMul: false,
      fastProducts: false,
      poolIndices: false,
      hardSigmoid: true,
      gelu: false,
      layerNormStatistics: false,
      fastScan: false,
    },
    location: "gpu-buffer",
  },
};

/** Loads what `device` needs; `threads` is left to the runtime where absent. */
export async function loadRuntime(
  options: RuntimeOptions,
): Promise<Result<BackendUnavailableError, Runtime>> {
  const { device, threads } = options;
  const name = `onnx-${device}`;
  const profile = profiles[device];
  const unavailable = (missing: string, cause?: unknown) => ({
    _tag: "Left" as const,
    left: new BackendUnavailableError(name, missing, { cause }),
  });
  if (device === "webgpu") {
    const missing = await missingGpu();
    if (missing !== undefined) return unavailable(missing);
  }
  try {
    const [ort, proto] = await Promise.all([profile.load(), loadProto()]);
    if (device !== "cpu") configureWasm(ort.env, options);
    const runtime = {
      name: `onnx-${device}`,
      sessions: ort.InferenceSession,
      tensors: ort.Tensor,
      proto,
      options: {
        executionProviders: [device],
        graphOptimizationLevel: "all",
        logSeverityLevel: 3,
        ...(threads === undefined || device !== "cpu"
          ? {}
          : { intraOpNumThreads: threads }),
        ...profile.options,
      } as const,
      device: profile.traits,
      location: profile.location,
    };
    const fillsResults = device === "cpu" && await canFillResults(runtime);
    return { _tag: "Right", right: { ...runtime, fillsResults } };
  } catch (cause) {
    return unavailable("ONNX Runtime cannot be loaded", cause);
  }
}

/** What keeps native ONNX Runtime from reporting its use to its makers, which it does by default. */
const NO_TELEMETRY = "ORT_DISABLE_TELEMETRY";

/** Loads native code, its telemetry off unless the environment says otherwise. */
async function loadNative(): Promise<typeof import("onnxruntime-node")> {
  const { default: process } = await import("node:process");
  if (mayUse(NO_TELEMETRY)) process.env[NO_TELEMETRY] ??= "1";
  return await import("onnxruntime-node");
}

/** Whether a variable of the environment is open without Deno asking for leave. */
function mayUse(variable: string): boolean {
  const { Deno } = globalThis as {
    Deno?: {
      permissions: { querySync(of: object): { readonly state: string } };
    };
  };
  const query = { name: "env", variable };
  return Deno === undefined ||
    Deno.permissions.querySync(query).state === "granted";
}

/** Loads what encodes models. */
export async function loadProto(): Promise<OnnxProto> {
  // A CommonJS package: bundlers put its names on the module, Deno on "default".
  const module: { onnx?: OnnxProto; default?: { onnx: OnnxProto } } =
    await import("onnx-proto");
  return (module.default ?? module).onnx!;
}

/** What keeps WebGPU from running, if anything does. */
async function missingGpu(): Promise<string | undefined> {
  const { gpu } = globalThis.navigator as Navigator & {
    gpu?: { requestAdapter(): Promise<object | null> };
  };
  if (gpu === undefined) return "there is no navigator.gpu";
  const adapter = await gpu.requestAdapter();
  return adapter === null ? "navigator.gpu has no adapter" : undefined;
}

function configureWasm(
  env: Env,
  { device, threads, wasmPaths }: RuntimeOptions,
): void {
  env.logLevel = "error";
  if (wasmPaths !== undefined) env.wasm.wasmPaths = wasmPaths;
  const isDeno = "Deno" in globalThis;
  // In Deno the WebGPU build cannot start its workers, and the other one hangs
  // now and then in its first run with more than one thread: only if asked for.
  if (device === "webgpu" && isDeno) env.wasm.numThreads = 1;
  else if (threads !== undefined) env.wasm.numThreads = threads;
  else if (isDeno) env.wasm.numThreads = 1;
}
