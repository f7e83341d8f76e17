import { refuse } from "../_refusal.ts";
import { readBytes } from "../files.ts";
import type { PerSplit } from "./per_split.ts";

/** File beside the data set: what it was made from, and what it holds. */
export const marker = "procedural.json";

/** Content of the marker. */
export interface Marker {
  /** Everything that the bytes of the data set depend on. */
  readonly contents: string;
  /** What was written. */
  readonly summary: {
    readonly categories: readonly string[];
    readonly images: PerSplit;
    readonly pairs: PerSplit;
  };
}

/** The marker of the data set in a folder; none where there is no folder. */
export async function heldBy(root: string): Promise<
  Marker | undefined
> {
  const { join } = await import("node:path");
  const file = join(root, marker);
  const bytes = await readBytes(file)();
  if (bytes._tag === "Right") {
    try {
      return JSON.parse(new TextDecoder().decode(bytes.right));
    } catch (cause) {
      refuse(file, "file", "JSON", String(cause), cause);
    }
  }
  const there = await onDisk(root, async ({ readdir }) => {
    try {
      return await readdir(root);
    } catch (cause) {
      if (String(cause).includes("ENOENT")) return [];
      throw cause;
    }
  });
  if (there.length > 0) {
    refuse(root, "folder", `empty or with a ${marker}`, there[0]!);
  }
  return undefined;
}

/** Removes a folder and all in it, if it is there. */
export function remove(folder: string): Promise<void> {
  return onDisk(
    folder,
    ({ rm }) => rm(folder, { recursive: true, force: true }),
  );
}

/** Runs `f` on the file system; what that refuses becomes a `DataError`. */
export async function onDisk<A>(
  folder: string,
  f: (fs: typeof import("node:fs/promises")) => Promise<A>,
): Promise<A> {
  try {
    return await f(await import("node:fs/promises"));
  } catch (cause) {
    refuse(folder, "folder", "a writable folder", String(cause), cause);
  }
}
