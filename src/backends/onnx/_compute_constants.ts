import type { Tensor } from "onnxruntime-common";
import { sizeOf } from "../_shape.ts";
import type { EmittedModel } from "./_emit.ts";
import { fillResults } from "./_fill_results.ts";
import type { Runtime } from "./_runtime.ts";

/** Runs a model without inputs and keeps its results; nothing is folded. */
export async function computeConstants(
  { sessions, tensors, options, fillsResults }: Runtime,
  { bytes, results }: NonNullable<EmittedModel["constants"]>,
): Promise<Readonly<Record<string, Tensor>>> {
  const session = await sessions.create(bytes, {
    ...options,
    graphOptimizationLevel: "disabled",
  });
  try {
    if (!fillsResults) return await session.run({});
    const filled = Array.from(
      results.values(),
      (shape) => new tensors("float32", new Float32Array(sizeOf(shape)), shape),
    );
    await fillResults(session, {}, filled);
    return Object.fromEntries(
      Array.from(results.keys(), (name, i) => [name, filled[i]!]),
    );
  } finally {
    await session.release();
  }
}
