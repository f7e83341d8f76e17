import type { Matrix } from "./_matrix.ts";

/** The matrices of a minimal convolution along one axis. */
export interface CookToom {
  /** `[n, n]`: cells of a tile to its points, for tiles that overlap. */
  readonly input: Matrix;
  /** `[n, taps]`: taps of a filter to points. */
  readonly filter: Matrix;
  /** `[outputs, n]`: points to the cells of the result. */
  readonly output: Matrix;
}

/** Cells of the result and taps of the filter. */
export interface CookToomSizes {
  /** Cells of the result, at least 1. */
  readonly outputs: number;
  /** Taps of the filter, at least 1. */
  readonly taps: number;
}

/**
 * Cook and Toom's algorithm: a correlation as a product at points, with
 * `n = outputs + taps - 1` multiplications in place of `outputs * taps`:
 *
 * `y = output ((filter w) * (input x))`, `y[i] = sum_k w[k] x[i + k]`.
 *
 * Filter and result are read as polynomials at `points` and at infinity; the
 * input matrix is the transpose of the interpolation.
 *
 * @param points `n - 1` distinct numbers.
 * @param sizes Cells of the result and taps of the filter.
 * @returns The three matrices, in double precision.
 */
export function cookToom(
  points: readonly number[],
  { outputs, taps }: CookToomSizes,
): CookToom {
  const others = (i: number) => points.filter((_, j) => j !== i);
  const powers = (p: number, count: number) =>
    Array.from({ length: count }, (_, k) => p ** k);
  const leading = (count: number) =>
    Array.from({ length: count }, (_, k) => k === count - 1 ? 1 : 0);
  const filter = points.map((p, i) => {
    const scale = others(i).reduce((product, q) => product * (p - q), 1);
    return powers(p, taps).map((power) => power / scale);
  });
  const input = points.map((_, i) => [...expand(others(i)), 0]);
  const columns = [...points.map((p) => powers(p, outputs)), leading(outputs)];
  return {
    input: [...input, expand(points)],
    filter: [...filter, leading(taps)],
    output: Array.from(
      { length: outputs },
      (_, row) => columns.map((column) => column[row]!),
    ),
  };
}

/** Coefficients of the polynomial with these roots, the constant one first. */
function expand(roots: readonly number[]): readonly number[] {
  return roots.reduce<readonly number[]>(
    (polynomial, root) =>
      [0, ...polynomial].map((x, k) => x - root * (polynomial[k] ?? 0)),
    [1],
  );
}
