import { fail } from "node:assert/strict";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { Shape } from "../../src/backends/backend.ts";
import { sizeOf } from "../../src/backends/_shape.ts";

/** Row-major numbers with their shape, of no backend. */
export interface Numbers {
  readonly shape: Shape;
  readonly data: readonly number[];
}

/** `data` under `shape`. */
export function numbers(shape: Shape, data: readonly number[]): Numbers {
  return { shape, data };
}

/** Seeded numbers in `[low, high)` that float32 holds exactly. */
export function uniform(
  seed: number,
  shape: Shape,
  low = -1,
  high = 1,
): Numbers {
  const generator = xoroshiro128plus(seed);
  // Neighbouring seeds give related first values.
  for (let i = 0; i < 16; i++) generator.next();
  const data = Array.from(
    { length: sizeOf(shape) },
    () => Math.fround(low + (high - low) * uniformFloat64(generator)),
  );
  return { shape, data };
}

/** Seeded whole numbers from 0 to `count - 1`: many are equal. */
export function whole(seed: number, shape: Shape, count = 3): Numbers {
  const { data } = uniform(seed, shape, 0, count);
  return { shape, data: data.map(Math.floor) };
}

/** Numbers of alternating sign with `low <= |x| < high`: away from a kink at 0. */
export function awayFromZero(
  seed: number,
  shape: Shape,
  low = 0.3,
  high = 1.5,
): Numbers {
  const { data } = uniform(seed, shape, low, high);
  const { data: signs } = uniform(seed + 1000, shape);
  return { shape, data: data.map((x, i) => signs[i]! < 0 ? -x : x) };
}

/** Seeded numbers that all differ by at least `gap`: no ties, no kinks. */
export function distinct(seed: number, shape: Shape, gap = 0.1): Numbers {
  const { data } = uniform(seed, shape);
  const order = data.map((_, i) => i).sort((a, b) => data[a]! - data[b]!);
  const ranks = new Array<number>(data.length);
  order.forEach((place, rank) => ranks[place] = rank);
  const middle = (data.length - 1) / 2;
  return { shape, data: ranks.map((rank) => (rank - middle) * gap) };
}

/** Throws unless `|got - want| <= tolerance (1 + |want|)` everywhere. */
export function assertClose(
  what: string,
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  tolerance: number,
): void {
  if (got.length !== want.length) {
    fail(`${what}: ${got.length} elements, wanted ${want.length}`);
  }
  for (let i = 0; i < want.length; i++) {
    const [g, w] = [got[i]!, want[i]!];
    // Between infinities the bound is infinite too and would hold for any two.
    const near = Number.isFinite(g) && Number.isFinite(w) &&
      Math.abs(g - w) <= tolerance * (1 + Math.abs(w));
    if (!near && g !== w && !Object.is(g, w)) {
      fail(`${what}: element ${i} is ${g}, wanted ${w} within ${tolerance}`);
    }
  }
}
