import { failureWords } from "../failure_words.ts";
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
export async function heldBy(
  root: string,
  again = true,
): Promise<Marker | undefined> {
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
  // Another run may have put its folder there between the two looks.
  if (again && there.includes(marker)) return await heldBy(root, false);
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
async function onDisk<A>(
  folder: string,
  f: (fs: typeof import("node:fs/promises")) => Promise<A>,
): Promise<A> {
  try {
    return await f(await import("node:fs/promises"));
  } catch (cause) {
    const got = failureWords(cause, "write");
    refuse(folder, "folder", "a writable folder", got, cause);
  }
}

/** What a run draws into; no other run has the same. */
export async function partialFolder(root: string): Promise<string> {
  const { basename, dirname, join } = await import("node:path");
  const random = crypto.randomUUID().slice(0, 8);
  return join(dirname(root), `${basename(root)}.partial-${random}`);
}

/** Removes what killed runs left beside `root`; a young one may be at work. */
export async function removeStale(root: string): Promise<void> {
  const { basename, dirname, join } = await import("node:path");
  const start = `${basename(root)}.partial-`;
  const stale = await onDisk(root, async ({ readdir, stat }) => {
    const names = await readdir(dirname(root)).catch(() => []);
    const folders = names
      .filter((name) => name.startsWith(start))
      .filter((name) => /^[0-9a-f]{8}(-old)?$/.test(name.slice(start.length)))
      .map((name) => join(dirname(root), name));
    const old = await Promise.all(folders.map(async (folder) => {
      // One that is gone by now needs no removing.
      const found = await stat(folder).catch(() => undefined);
      return found !== undefined && Date.now() - found.mtimeMs > staleMs;
    }));
    return folders.filter((_, i) => old[i]);
  });
  for (const folder of stale) await remove(folder);
}

const staleMs = 3600_000;

/**
 * Makes `partial` the folder `root`, or leaves a `root` that has come to hold
 * the same data set; whether it did.
 */
export async function putInPlace(
  partial: string,
  { root, contents }: { readonly root: string; readonly contents: string },
): Promise<boolean> {
  const held = async (): Promise<boolean> =>
    (await heldBy(root))?.contents === contents;
  if (await held()) return true;
  // Moved, not deleted, until the same or a newer set is in its place.
  const old = `${partial}-old`;
  await onDisk(root, ({ rename }) => rename(root, old).catch(ignoreAbsent));
  try {
    await onDisk(root, ({ rename }) => rename(partial, root));
    return false;
  } catch (cause) {
    if (await held()) return true;
    await onDisk(root, ({ rename }) => rename(old, root).catch(ignoreAbsent));
    throw cause;
  } finally {
    await remove(old);
  }
}

function ignoreAbsent(cause: unknown): void {
  if (!String(cause).includes("ENOENT")) throw cause;
}
