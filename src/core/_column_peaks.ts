/** Highest score of each cell of B over the rows seen so far. */
export interface ColumnPeaks {
  /** The scores. */
  readonly scores: Float64Array;
  /** Cells of A they belong to. */
  readonly cells: Uint32Array;
}

/** Peaks before any row was seen. */
export function emptyPeaks(length: number): ColumnPeaks {
  return {
    scores: new Float64Array(length).fill(-Infinity),
    cells: new Uint32Array(length),
  };
}

/** Takes over what rows from `start` on do better; on a tie the earlier row stays. */
export function mergePeaks(
  peaks: ColumnPeaks,
  chunk: {
    readonly columnPeak: ArrayLike<number>;
    readonly columnCell: ArrayLike<number>;
  },
  start: number,
): void {
  for (let i = 0; i < peaks.scores.length; i++) {
    const score = chunk.columnPeak[i]!;
    if (score <= peaks.scores[i]!) continue;
    peaks.scores[i] = score;
    peaks.cells[i] = start + chunk.columnCell[i]!;
  }
}
