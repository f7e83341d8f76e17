import { Refusal, refuse } from "./_refusal.ts";
import { missingFile } from "./data_error.ts";

/**
 * The first of `candidates` under `root` that is a file; gives up with a
 * `MissingFile` of the first candidate, which `namedBy` names, or with a
 * `MalformedFile` of one that is a folder.
 */
export async function findFile(
  root: string,
  candidates: readonly string[],
  namedBy?: string,
): Promise<string> {
  const { stat } = await import("node:fs/promises");
  const { join } = await import("node:path");
  let folder: string | undefined;
  for (const candidate of candidates) {
    const file = join(root, candidate);
    // Where there is nothing the next one may be there.
    const found = await stat(file).catch(() => undefined);
    if (found?.isFile()) return file;
    if (found?.isDirectory()) folder ??= file;
  }
  if (folder !== undefined) {
    const reason = namedBy === undefined ? "" : `, though ${namedBy} names it`;
    refuse(folder, "file", "a readable file", `a folder${reason}`);
  }
  throw new Refusal(missingFile(join(root, candidates[0]!), namedBy));
}

/** Gives up where `root` is there and no folder; readers find out what it lacks. */
export async function requireFolder(root: string): Promise<void> {
  const { stat } = await import("node:fs/promises");
  const found = await stat(root).catch(() => undefined);
  if (found === undefined || found.isDirectory()) return;
  const got = found.isFile() ? "a file" : "neither a folder nor a file";
  refuse(root, "root", "a folder", got);
}

/** `f` of every item, `width` at a time, in order; a failure starts no further item. */
export async function mapConcurrent<A, B>(
  items: readonly A[],
  width: number,
  f: (item: A, index: number) => Promise<B>,
): Promise<readonly B[]> {
  const out: B[] = new Array(items.length);
  let next = 0;
  const thrown: unknown[] = [];
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const i = next++;
      try {
        out[i] = await f(items[i]!, i);
      } catch (cause) {
        next = items.length;
        thrown.push(cause);
      }
    }
  };
  const lanes = Array.from({ length: Math.min(width, items.length) }, lane);
  // All of them, so that nothing is at work any more when this gives up.
  await Promise.all(lanes);
  if (thrown.length > 0) throw thrown[0];
  return out;
}

/** How a reader looks for a file: {@linkcode findFile}, or a kinder one. */
export type FindFile = typeof findFile;

/**
 * A {@linkcode FindFile} that adds the first candidate to `missing`, and how to
 * show it, where there is no file and goes on with it, for checks that want to
 * hear of all.
 */
export function tolerantFind(missing: Map<string, string>): FindFile {
  return async (root, candidates, namedBy) => {
    try {
      return await findFile(root, candidates, namedBy);
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      const { _tag, file } = thrown.error;
      missing.set(file, _tag === "MissingFile" ? file : `${file} is a folder`);
      return file;
    }
  };
}
