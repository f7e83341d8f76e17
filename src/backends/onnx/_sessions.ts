import type { InferenceSession, Tensor } from "onnxruntime-common";
import { discard } from "./_result_memory.ts";

/** A session and what each of its runs is fed beside what the run is about. */
export interface OpenSession {
  readonly session: InferenceSession;
  readonly constants: Readonly<Record<string, Tensor>>;
}

/** Sessions by key, the least recently used released beyond a bound. */
export interface SessionCache {
  /** Does `task` with the session of `key`, made anew where it is not there; no session is released before it ends. */
  run<A>(
    key: string,
    make: () => Promise<OpenSession>,
    task: (open: OpenSession) => Promise<A>,
  ): Promise<A>;
  /** Sessions alive now. */
  readonly size: () => number;
  /** Releases every session. */
  readonly close: () => Promise<void>;
}

/**
 * Starts an empty cache.
 *
 * @param limit Sessions held at most.
 * @param beforeRelease Saves what would be lost with the session of a key.
 */
export function sessionCache(
  limit: number,
  beforeRelease: (key: string) => Promise<void>,
): SessionCache {
  const sessions = new Map<string, OpenSession>();
  // One at a time: no session is released while it runs, and a runtime in
  // WebAssembly cannot run two at once.
  let queue: Promise<unknown> = Promise.resolve();
  const enqueue = <A>(task: () => Promise<A>): Promise<A> => {
    const result = queue.then(task);
    queue = result.catch(() => {});
    return result;
  };
  const release = async (key: string): Promise<void> => {
    await beforeRelease(key);
    const open = sessions.get(key);
    sessions.delete(key);
    await open?.session.release();
    for (const { data } of Object.values(open?.constants ?? {})) {
      discard(data as Float32Array);
    }
  };
  return {
    run: (key, make, task) =>
      enqueue(async () => {
        let open = sessions.get(key);
        if (open === undefined) {
          while (sessions.size >= limit) {
            await release(sessions.keys().next().value!);
          }
          open = await make();
        }
        // Re-inserted last, so that the first key is the least recently used.
        sessions.delete(key);
        sessions.set(key, open);
        return await task(open);
      }),
    size: () => sessions.size,
    close: () =>
      enqueue(async () => {
        for (const key of [...sessions.keys()]) await release(key);
      }),
  };
}
