import { unwrap } from "../_refusal.ts";
import { writeAtomic } from "../files.ts";
import type { WeightsOrigin } from "./weights_origin.ts";

/** The note beside a kept file, if the file is whole and `isWanted`. */
export async function isKept(
  file: string,
  isWanted: (kept: WeightsOrigin) => boolean,
): Promise<WeightsOrigin | undefined> {
  const { readFile, stat } = await import("node:fs/promises");
  try {
    const about = JSON.parse(await readFile(aboutFile(file), "utf8"));
    const { size } = await stat(file);
    return size === about.bytes && isWanted(about) ? about : undefined;
  } catch {
    return undefined; // not there, or a note that says nothing
  }
}

/** Writes the note beside a file. */
export async function keep(file: string, kept: WeightsOrigin): Promise<void> {
  const text = `${JSON.stringify(kept, null, 1)}\n`;
  unwrap(await writeAtomic(aboutFile(file), text)());
}

/** Path of the note beside a file. */
export function aboutFile(file: string): string {
  return `${file}.about.json`;
}
