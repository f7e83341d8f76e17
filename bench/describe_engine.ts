/** What an engine says of itself. */
export interface EngineDescription {
  /** Name of the GPU's adapter, on WebGPU. */
  readonly adapter?: string;
  /** Whether a program plays the GPU: right numbers, and no speed at all. */
  readonly emulated?: boolean;
  /** Threads of WebAssembly. */
  readonly threads?: number;
  /** Whether WebAssembly uses vector instructions. */
  readonly simd?: boolean;
}

/** The little of WebGPU that is read here. */
interface Gpu {
  requestAdapter(): Promise<
    {
      readonly info?: {
        readonly vendor?: string;
        readonly architecture?: string;
        readonly description?: string;
        readonly isFallbackAdapter?: boolean;
      };
    } | null
  >;
}

/** What runs below a backend that has started, as far as it can be known. */
export async function describeEngine(
  backend: string,
): Promise<EngineDescription> {
  if (backend.endsWith("-webgpu")) return await describeAdapter();
  if (backend === "onnx-wasm") {
    const { env } = await import("onnxruntime-web");
    // No build without vector instructions is left.
    return { threads: env.wasm.numThreads ?? NaN, simd: true };
  }
  if (backend === "tfjs-wasm") {
    const { env } = await import("@tensorflow/tfjs-core");
    const { getThreadsCount } = await import("@tensorflow/tfjs-backend-wasm");
    const [simd, shared] = await Promise.all([
      env().getAsync("WASM_HAS_SIMD_SUPPORT"),
      env().getAsync("WASM_HAS_MULTITHREAD_SUPPORT"),
    ]);
    const isThreaded = shared === true && simd === true;
    return { threads: isThreaded ? getThreadsCount() : 1, simd: simd === true };
  }
  return {};
}

async function describeAdapter(): Promise<EngineDescription> {
  const { gpu } = globalThis.navigator as { readonly gpu?: Gpu };
  const info = (await gpu?.requestAdapter())?.info ?? {};
  const { vendor, architecture, description } = info;
  const named = [description, architecture, vendor]
    .find((text) => text !== undefined && text !== "" && isNaN(Number(text)));
  const adapter = named ?? "unnamed";
  const emulated = /llvmpipe|swiftshader/i.test(
    `${description} ${architecture}`,
  );
  return { adapter, emulated: emulated || info.isFallbackAdapter === true };
}
