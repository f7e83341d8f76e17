/** Which bicubic resampling, by what PyTorch is asked for. */
export interface CubicOptions {
  /** Cells of the source axis. */
  readonly from: number;
  /** Cells of the target axis. */
  readonly to: number;
  /** Source cells a target cell stands for. */
  readonly scale: number;
  /** Widens the filter when shrinking, and normalises it at the border. */
  readonly antialias: boolean;
}

/**
 * Bicubic resampling of one axis as a matrix `[to, from]`, row-major.
 *
 * As PyTorch: `a = -0.75` and clamped indices without antialiasing, `a = -0.5`
 * and renormalised weights with it.
 */
export function cubicWeights(options: CubicOptions): Float64Array {
  const { from, to } = options;
  const weights = new Float64Array(to * from);
  const taps = options.antialias ? widenedTaps : clampedTaps;
  for (let row = 0; row < to; row++) {
    for (const [column, weight] of taps(row, options)) {
      const at = row * from + column;
      weights[at] = (weights[at] ?? 0) + weight;
    }
  }
  return weights;
}

/** Cell of the source, and its weight. */
type Tap = readonly [column: number, weight: number];

function clampedTaps(row: number, options: CubicOptions): readonly Tap[] {
  const { from, scale } = options;
  const centre = (row + 0.5) * scale - 0.5;
  const first = Math.floor(centre) - 1;
  return [0, 1, 2, 3].map((offset) => {
    const column = first + offset;
    const clamped = Math.min(Math.max(column, 0), from - 1);
    return [clamped, cubic(column - centre, -0.75)] as const;
  });
}

function widenedTaps(row: number, options: CubicOptions): readonly Tap[] {
  const { from, scale } = options;
  const width = Math.max(scale, 1);
  const centre = (row + 0.5) * scale;
  const first = Math.max(Math.trunc(centre - 2 * width + 0.5), 0);
  const end = Math.min(Math.trunc(centre + 2 * width + 0.5), from);
  const taps = Array.from({ length: end - first }, (_, offset) => {
    const column = first + offset;
    return [column, cubic((column + 0.5 - centre) / width, -0.5)] as const;
  });
  const total = taps.reduce((sum, [, weight]) => sum + weight, 0);
  return taps.map(([column, weight]) => [column, weight / total] as const);
}

/** Keys' cubic kernel. */
function cubic(distance: number, a: number): number {
  const x = Math.abs(distance);
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  return 0;
}
