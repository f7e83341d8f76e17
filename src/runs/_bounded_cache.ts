/** Values by name, as many as fit. */
export interface BoundedCache<A> {
  /** What is kept under a name. */
  readonly get: (name: string) => A | undefined;
  /** Keeps a value and drops the oldest beyond the bound, itself included. */
  readonly keep: (name: string, value: A) => void;
}

/** Starts an empty cache of `limit` bytes. */
export function boundedCache<A>(
  limit: number,
  bytesOf: (value: A) => number,
): BoundedCache<A> {
  const kept = new Map<string, A>();
  let bytes = 0;
  const drop = (name: string): void => {
    const value = kept.get(name);
    if (value !== undefined) bytes -= bytesOf(value);
    kept.delete(name);
  };
  return {
    get: (name) => kept.get(name),
    keep: (name, value) => {
      drop(name);
      bytes += bytesOf(value);
      kept.set(name, value);
      for (const oldest of kept.keys()) {
        if (bytes <= limit) break;
        drop(oldest);
      }
    },
  };
}
