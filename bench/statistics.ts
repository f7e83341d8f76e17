/** Median and spread of the times of one side. */
export interface Summary {
  /** Middle of the sorted times. */
  readonly median: number;
  /** First quartile. */
  readonly q1: number;
  /** Third quartile. */
  readonly q3: number;
  /** Fastest. */
  readonly min: number;
}

/** Summarises at least one number. */
export function summarize(values: readonly number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => {
    const position = share * (sorted.length - 1);
    const low = sorted[Math.floor(position)] ?? NaN;
    const high = sorted[Math.ceil(position)] ?? NaN;
    return low + (high - low) * (position - Math.floor(position));
  };
  return { median: at(0.5), q1: at(0.25), q3: at(0.75), min: at(0) };
}
