/**
 * Results in memory that is handed over. `onnxruntime-node` copies every result
 * into new memory, even where it computed it into memory of ours: weights and
 * moments of a training step, each time. So the first result of a model is no
 * tensor, at which the copying ends, with an error, when all is computed.
 *
 * @module
 */
import type { InferenceSession, Tensor } from "onnxruntime-common";
import { modelBuilder } from "./model_builder.ts";
import type { Runtime } from "./_runtime.ts";

/** What the copying ends with. */
const END = /^Non tensor type/;

/**
 * Runs a session whose first result is a {@linkcode ModelBuilder.emptySequence}:
 * the others are computed into `results`, in their order.
 */
export async function fillResults(
  session: InferenceSession,
  feeds: InferenceSession.FeedsType,
  results: readonly Tensor[],
): Promise<void> {
  const [end, ...names] = session.outputNames;
  const fetches = names.map((name, i) => [name, results[i]!] as const);
  try {
    await session.run(feeds, Object.fromEntries([[end, null], ...fetches]));
  } catch (error) {
    if (!(error instanceof Error && END.test(error.message))) throw error;
  }
}

/** Whether a runtime can fill results: one small model tells. */
export async function canFillResults(
  { proto, sessions, tensors, options }: Pick<
    Runtime,
    "proto" | "sessions" | "tensors" | "options"
  >,
): Promise<boolean> {
  const model = modelBuilder(proto);
  model.emptySequence();
  model.output(model.op("Neg", [model.input("x", [2])]), [2]);
  const result = new tensors("float32", new Float32Array(2), [2]);
  try {
    const session = await sessions.create(model.encode(), options);
    const x = new tensors("float32", Float32Array.of(1, -2), [2]);
    await fillResults(session, { x }, [result])
      .finally(() => session.release());
    return `${result.data}` === "-1,2";
  } catch {
    return false;
  }
}
