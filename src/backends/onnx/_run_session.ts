import type { InferenceSession, Tensor } from "onnxruntime-common";
import type { Shape } from "../backend.ts";
import { runOnDevice } from "../_run_on_device.ts";
import { sizeOf } from "../_shape.ts";
import { fillResults } from "./_fill_results.ts";
import { discard, type ResultMemory } from "./_result_memory.ts";
import type { Runtime } from "./_runtime.ts";

/** What one run of a session reads and gives. */
export interface SessionRun {
  readonly session: InferenceSession;
  readonly feeds: InferenceSession.FeedsType;
  /** Of the results, in their order. */
  readonly shapes: readonly Shape[];
}

/** Runs a session once; where the runtime can, into memory that earlier results gave up. */
export async function runSession(
  { name, tensors, fillsResults }: Runtime,
  memory: ResultMemory,
  { session, feeds, shapes }: SessionRun,
): Promise<readonly Tensor[]> {
  if (!fillsResults) {
    const results = await runOnDevice(name, () => session.run(feeds));
    return session.outputNames.map((output) => results[output] as Tensor);
  }
  const results = shapes.map((shape) =>
    new tensors("float32", memory.take(sizeOf(shape)), shape)
  );
  memory.free();
  try {
    await runOnDevice(name, () => fillResults(session, feeds, results));
  } catch (error) {
    // The garbage collector would let them pile up.
    results.forEach(({ data }) => discard(data as Float32Array));
    throw error;
  }
  return results;
}
