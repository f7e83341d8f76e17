import type { Runtime } from "../_runtime.ts";
import { modelBuilder } from "../model_builder.ts";
import { blockedOp } from "./_rows.ts";

/** Blocks that ONNX Runtime is known to use: AVX-512, and AVX2 or NEON. */
const BLOCKS = [16, 8] as const;

/** More channels than a block has, and two cells. */
const CHANNELS = 32;

/**
 * Asks a runtime for the length of its blocks: it reorders one small tensor,
 * and the order of the result tells.
 *
 * @param runtime A loaded runtime.
 * @returns The length, or `undefined` where the operators are missing or give
 * an order that is not known.
 */
export async function probeBlock(
  runtime: Runtime,
): Promise<number | undefined> {
  const model = modelBuilder(runtime.proto);
  const shape = [1, CHANNELS, 1, 2];
  const reordered = blockedOp(model, "ReorderInput", [
    model.input("x", shape),
  ]);
  model.output(reordered, shape);
  try {
    const session = await runtime.sessions.create(
      model.encode(),
      runtime.options,
    );
    const data = Float32Array.from({ length: 2 * CHANNELS }, (_, i) => i);
    const results = await session.run({
      x: new runtime.tensors("float32", data, shape),
    });
    const order = results[session.outputNames[0]!]!.data as Float32Array;
    await session.release();
    return BLOCKS.find((block) =>
      data.every((_, i) => {
        const cell = Math.floor(i / block) % 2;
        const channel = Math.floor(i / (2 * block)) * block + i % block;
        return order[i] === 2 * channel + cell;
      })
    );
  } catch {
    return undefined;
  }
}
