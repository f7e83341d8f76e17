import { uniformFloat32 } from "pure-rand/distribution/uniformFloat32";
import {
  xoroshiro128plus,
  xoroshiro128plusFromState,
} from "pure-rand/generator/xoroshiro128plus";

/** State of a generator: plain numbers, so that it can be stored and compared. */
export type RandomState = readonly number[];

/** Named half-open intervals `[from, to)`. */
export type Ranges<K extends string = string> = Readonly<
  Record<K, readonly [from: number, to: number]>
>;

/** One number for each name. */
export type Sample<K extends string = string> = Readonly<Record<K, number>>;

/**
 * State of the stream that a path of labels names.
 *
 * Streams of different labels are unrelated, so a concern that starts to draw
 * more numbers (clutter, say) changes no other one (the pose).
 */
export function streamOf(
  seed: number,
  ...labels: readonly (string | number)[]
): RandomState {
  const generator = xoroshiro128plus(hash([seed, ...labels].join("/")));
  // Neighbouring seeds give related first values.
  for (let i = 0; i < 16; i++) generator.next();
  return generator.getState();
}

/** A seed for `labels` below `seed`, an unsigned 32-bit integer. */
export function seedOf(
  seed: number,
  ...labels: readonly (string | number)[]
): number {
  return hash([seed, ...labels].join("/")) >>> 0;
}

/** One uniform number for each range, in the order of its keys. */
export function sample<K extends string>(
  state: RandomState,
  ranges: Ranges<K>,
): readonly [Sample<K>, RandomState] {
  const generator = xoroshiro128plusFromState(state);
  const numbers: Partial<Record<K, number>> = {};
  for (const name of Object.keys(ranges) as K[]) {
    const [from, to] = ranges[name];
    numbers[name] = from + (to - from) * uniformFloat32(generator);
  }
  return [numbers as Sample<K>, generator.getState()];
}

/** `count` samples of the same ranges. */
export function samples<K extends string>(
  state: RandomState,
  ranges: Ranges<K>,
  count: number,
): readonly [readonly Sample<K>[], RandomState] {
  const drawn: Sample<K>[] = [];
  let next = state;
  for (let i = 0; i < count; i++) {
    const [numbers, after] = sample(next, ranges);
    drawn.push(numbers);
    next = after;
  }
  return [drawn, next];
}

/** The numbers `0 … count - 1` in random order (Fisher–Yates). */
export function permutation(
  state: RandomState,
  count: number,
): readonly [readonly number[], RandomState] {
  const generator = xoroshiro128plusFromState(state);
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(uniformFloat32(generator) * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return [order, generator.getState()];
}

/** The item at `share` of a list, `0 <= share < 1`. */
export function pick<A>(items: readonly [A, ...A[]], share: number): A {
  return items[Math.floor(share * items.length)] ?? items[0];
}

/** FNV-1a over UTF-16 units, finished by murmur3's mixer. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  }
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
