import type { InferenceSession, Tensor } from "onnxruntime-common";
import { runOnDevice } from "../_run_on_device.ts";
import { sizeOf } from "../_shape.ts";
import { emitModel, type EmittedModel } from "./_emit.ts";
import { fillResults } from "./_fill_results.ts";
import type { OnnxTensor } from "./graph.ts";
import type { Lowering } from "./lowering.ts";
import type { OrderedPlan } from "./_plan.ts";
import type { Runtime } from "./_runtime.ts";
import type { OpenSession } from "./_sessions.ts";

/** What a session computes, and how. */
export interface SessionWork {
  readonly plan: OrderedPlan;
  /** What `plan` was made for. */
  readonly outputs: readonly OnnxTensor[];
  readonly lowering: Lowering;
  /** Options beside those of every session. */
  readonly options: InferenceSession.SessionOptions;
}

/** Writes a model, computes its large constants and makes its session. */
export async function openSession(
  runtime: Runtime,
  { plan, outputs, lowering, options }: SessionWork,
): Promise<OpenSession> {
  const { proto, device, fillsResults } = runtime;
  const { bytes, constants } = emitModel(plan, outputs, {
    proto,
    lowering,
    device,
    fillsResults,
  });
  return {
    constants: constants
      ? await runOnDevice(
        runtime.name,
        () => computeConstants(runtime, constants),
      )
      : {},
    session: await runOnDevice(
      runtime.name,
      () => runtime.sessions.create(bytes, { ...runtime.options, ...options }),
    ),
  };
}

/** Runs a model once and keeps its results; nothing is folded. */
async function computeConstants(
  { sessions, tensors, options, fillsResults }: Runtime,
  { bytes, feeds, results }: NonNullable<EmittedModel["constants"]>,
): Promise<Readonly<Record<string, Tensor>>> {
  const session = await sessions.create(bytes, {
    ...options,
    graphOptimizationLevel: "disabled",
  });
  const fed = Object.fromEntries(feeds.map(({ name, dims, rawData }) => {
    const { buffer, byteOffset, byteLength } = rawData!;
    const data = new Float32Array(buffer, byteOffset, byteLength / 4);
    return [name!, new tensors("float32", data, dims as number[])];
  }));
  try {
    if (!fillsResults) return await session.run(fed);
    const filled = Array.from(
      results.values(),
      (shape) => new tensors("float32", new Float32Array(sizeOf(shape)), shape),
    );
    await fillResults(session, fed, filled);
    return Object.fromEntries(
      Array.from(results.keys(), (name, i) => [name, filled[i]!]),
    );
  } finally {
    await session.release();
  }
}
