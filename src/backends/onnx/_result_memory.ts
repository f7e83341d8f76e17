/** Memory that goes from results nobody reads any more to those of the next run. */
export interface ResultMemory {
  /** Room for `length` numbers, whatever stands there. */
  readonly take: (length: number) => Float32Array;
  /** Takes over numbers that nobody reads any more. */
  readonly give: (data: Float32Array) => void;
  /**
   * Frees what was given and not taken again: the garbage collector does not
   * know how much waits for it, and would let several steps of a training pile
   * up.
   */
  readonly free: () => void;
}

/** Starts without any. */
export function resultMemory(): ResultMemory {
  const spare = new Map<number, Float32Array[]>();
  return {
    take: (length) => spare.get(length)?.pop() ?? new Float32Array(length),
    give: (data) => {
      const others = spare.get(data.length) ?? [];
      spare.set(data.length, others);
      others.push(data);
    },
    free: () => {
      for (const { buffer } of [...spare.values()].flat()) {
        (buffer as ArrayBuffer).transfer(0);
      }
      spare.clear();
    },
  };
}
