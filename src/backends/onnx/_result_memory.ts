/** Memory that goes from numbers nobody reads any more to the next as many. */
export interface ResultMemory {
  /** Room for `length` numbers, whatever stands there. */
  readonly take: (length: number) => Float32Array;
  /** Whether {@linkcode ResultMemory.take} would give what was given. */
  readonly has: (length: number) => boolean;
  /** Takes over numbers that nobody reads any more. */
  readonly give: (data: Float32Array) => void;
  /** Frees what was given and not taken again. */
  readonly free: () => void;
}

/** Starts without any; where none will be taken, what is given is freed at once. */
export function resultMemory(isTaken: boolean): ResultMemory {
  const spare = new Map<number, Float32Array[]>();
  return {
    take: (length) => spare.get(length)?.pop() ?? new Float32Array(length),
    has: (length) => (spare.get(length)?.length ?? 0) > 0,
    give: (data) => {
      if (!isTaken) return discard(data);
      const others = spare.get(data.length) ?? [];
      spare.set(data.length, others);
      others.push(data);
    },
    free: () => {
      [...spare.values()].flat().forEach(discard);
      spare.clear();
    },
  };
}

/**
 * Frees numbers that nobody reads any more at once: the garbage collector does
 * not know how much waits for it, and would let several steps of a training
 * pile up.
 */
export function discard({ buffer }: Float32Array): void {
  (buffer as ArrayBuffer).transfer(0);
}
