/**
 * What `deno task weights fetch` does, and `inspect` with a name.
 */

import process from "node:process";
import {
  type FetchedWeights,
  fetchWeights,
  OptionError,
} from "@simsc/core/data";
import { terminalProgress, watchInterrupt } from "@simsc/core/runs";

/** Where weights come from and lie. */
export interface Fetching {
  /** A name, `hf:owner/name[/path][@revision]` or an address. */
  readonly reference: string;
  /** Folder that keeps them. */
  readonly cache: string;
  /** Address of the hub. */
  readonly hub?: string;
}

const MB = 1e6;

/**
 * Fetches weights with a line of progress, and stops on Ctrl-C.
 *
 * @param options What to fetch and where to.
 * @returns The file and where it came from, or why there is none.
 */
export async function fetchShown(
  options: Fetching,
): Promise<FetchedWeights | string> {
  const interrupt = await watchInterrupt();
  const progress = terminalProgress(process.stderr);
  const starts = new Map<
    string,
    { readonly at: number; readonly done: number }
  >();
  try {
    const fetched = await fetchWeights(options.reference, {
      ...options,
      signal: interrupt.signal,
      onProgress: ({ name, done, total = done }) => {
        const now = performance.now();
        const start = starts.get(name) ?? { at: now, done };
        starts.set(name, start);
        const seconds = (now - start.at) / 1000;
        progress.report({
          kind: "count",
          label: `${name}, MB`,
          done: Math.floor(done / MB),
          total: Math.ceil(total / MB),
          ...(seconds > 1 && { perSecond: (done - start.done) / MB / seconds }),
        });
      },
    })();
    return fetched._tag === "Left" ? fetched.left.message : fetched.right;
  } catch (error) {
    if (error instanceof OptionError) return error.message;
    throw error;
  } finally {
    progress.close();
    interrupt.dispose();
  }
}
