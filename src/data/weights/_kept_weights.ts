import { unwrap } from "../_refusal.ts";
import { writeAtomic } from "../files.ts";
import {
  originFile,
  readWeightsOrigin,
  type WeightsOrigin,
} from "./weights_origin.ts";

/** The note beside a kept file, if the file is whole and `isWanted`. */
export async function isKept(
  file: string,
  isWanted: (kept: WeightsOrigin) => boolean,
): Promise<WeightsOrigin | undefined> {
  const { stat } = await import("node:fs/promises");
  const origin = await readWeightsOrigin(file);
  const size = (await stat(file).catch(() => undefined))?.size;
  return origin && size === origin.bytes && isWanted(origin)
    ? origin
    : undefined;
}

/** Writes the note beside a file. */
export async function keep(file: string, kept: WeightsOrigin): Promise<void> {
  const text = `${JSON.stringify(kept, null, 1)}\n`;
  unwrap(await writeAtomic(originFile(file), text)());
}
