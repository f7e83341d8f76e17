import type { Result } from "../../core/result.ts";
import type { DataError } from "../data_error.ts";
import { type ByteSource, withSource } from "./_byte_source.ts";
import { openSharded } from "./_open_sharded.ts";
import { openSingle } from "./_open_single.ts";
import type { OpenOptions, OpenWeights } from "./_weights_file.ts";

/** Opens a weights file of any format while `use` runs. */
export function withWeights<A>(
  input: string | Blob,
  options: OpenOptions,
  use: (weights: OpenWeights) => Promise<A>,
): Promise<Result<DataError, A>> {
  return withSource(input, async (source) => {
    if (await isIndex(source)) return await openSharded(source, input, use);
    return await use(await openSingle(source, options));
  });
}

/** Whether this is a JSON object: a header of safetensors has zero bytes in front. */
async function isIndex(source: ByteSource): Promise<boolean> {
  const first = await source.read(0, Math.min(source.size, 8));
  return first[0] === 0x7b && !first.includes(0);
}
