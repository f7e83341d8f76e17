import type { Backend } from "../backends/backend.ts";
import { type Grid, gridPoints, hat } from "./_grid.ts";
import { OptionError } from "./errors.ts";

/** The ground-truth neighbourhood: the `ns × ns` centre of an `nk × nk` Gaussian. */
export interface GaussianWindowOptions {
  /** Side of the supervised region in cells, odd and at least 1; 3 in the paper. */
  readonly ns: number;
  /** Side of the Gaussian kernel in cells, odd and at least `ns`; 5 in the paper. */
  readonly nk: number;
  /** Standard deviation in cells, at least 0; `⌊nk / 2⌋` by default, and 0 means one-hot. */
  readonly std?: number;
}

/** One axis of the window around every point; the window is the product of its two axes. */
export interface WindowAxis<T> {
  /** `[B, K, ns]`: share of each offset; offsets outside the grid have 0, the rest sum to 1. */
  readonly weights: T;
  /** `[B, K, ns, cells]`: bilinear weights of each shifted point. */
  readonly hats: T;
}

/** Both axes of the window around `points [B, K, 2]`, clamped to the grid first. */
export function gaussianWindow<T>(
  backend: Backend<T>,
  fn: string,
  points: T,
  options: GaussianWindowOptions & { readonly grid: Grid },
): { readonly x: WindowAxis<T>; readonly y: WindowAxis<T> } {
  const profile = gaussianProfile(fn, options);
  const [h, w] = options.grid;
  const { x, y } = gridPoints(backend, fn, points, options.grid);
  return {
    x: windowAxis(backend, x, { profile, cells: w }),
    y: windowAxis(backend, y, { profile, cells: h }),
  };
}

/** Un-normalised weight of each offset `-⌊ns/2⌋ … ⌊ns/2⌋` along one axis. */
function gaussianProfile(
  fn: string,
  { ns, nk, std = Math.floor(nk / 2) }: GaussianWindowOptions,
): readonly number[] {
  odd(fn, "ns", ns, 1);
  odd(fn, "nk", nk, ns);
  if (!(std >= 0 && Number.isFinite(std))) {
    throw new OptionError(fn, "std", "a finite number >= 0", std);
  }
  const reach = Math.floor(ns / 2);
  return Array.from({ length: ns }, (_, i) => {
    const offset = i - reach;
    if (std === 0) return offset === 0 ? 1 : 0;
    return Math.exp(-(offset ** 2) / (2 * std ** 2));
  });
}

function odd(fn: string, name: string, value: number, least: number): void {
  if (!(Number.isInteger(value) && value >= least && value % 2 === 1)) {
    const wanted = `an odd whole number >= ${least}`;
    throw new OptionError(fn, name, wanted, value);
  }
}

function windowAxis<T>(
  backend: Backend<T>,
  center: T,
  { profile, cells }: {
    readonly profile: readonly number[];
    readonly cells: number;
  },
): WindowAxis<T> {
  const [batch, count] = backend.shape(center) as [number, number, number];
  const ns = profile.length;
  const reach = Math.floor(ns / 2);
  const offsets = profile.map((_, i) => i - reach);
  const shifted = backend.add(center, backend.constant(offsets, [ns]));
  const before = backend.step(backend.neg(shifted));
  const after = backend.step(backend.sub(shifted, cells - 1));
  const inside = backend.sub(1, backend.add(before, after));
  const kept = backend.mul(inside, backend.constant(profile, [ns]));
  return {
    weights: backend.div(kept, backend.sum(kept, [2])),
    hats: hat(
      backend,
      backend.reshape(shifted, [batch, count, ns, 1]),
      cells,
    ),
  };
}
