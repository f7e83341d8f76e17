/**
 * Scores of a point as colours.
 */

/** What is shown of the scores: as they are, their softmax, or nothing. */
export const HEATS = ["scores", "softmax", "off"] as const;

/** One of them. */
export type Heat = typeof HEATS[number];

/** Dark to light, so that lightness alone tells the order: the map "inferno". */
const RAMP = [
  [0, 0, 4],
  [40, 11, 84],
  [101, 21, 110],
  [159, 42, 99],
  [212, 72, 66],
  [245, 125, 21],
  [250, 193, 39],
  [252, 255, 164],
] as const;

/** The lowest are clear, the highest cover this much; cubed between. */
const COVER = 0.8;

/**
 * Each cell's share of the way from the lowest to the highest.
 *
 * @param scores Scores of all cells.
 * @param options What is shown, and the temperature of the softmax.
 * @returns From 0 to 1; all 0 where the scores are all the same.
 */
export function heatOf(
  scores: ArrayLike<number>,
  { heat, beta }: {
    readonly heat: Exclude<Heat, "off">;
    readonly beta: number;
  },
): Float64Array {
  const all = Float64Array.from(scores);
  const most = all.reduce((a, b) => Math.max(a, b), -Infinity);
  if (heat === "softmax") {
    // Over its largest value, which is e⁰.
    return all.map((score) => Math.exp((score - most) / beta));
  }
  const least = all.reduce((a, b) => Math.min(a, b), Infinity);
  const range = most - least;
  return all.map((score) => range > 0 ? (score - least) / range : 0);
}

/** Red, green, blue and cover of each share, from 0 to 255. */
export function heatPixels(
  shares: ArrayLike<number>,
): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(shares.length * 4);
  for (let i = 0; i < shares.length; i++) {
    const share = Math.min(1, Math.max(0, shares[i] as number));
    const at = share * (RAMP.length - 1);
    const low = RAMP[Math.floor(at)] as readonly number[];
    const high = RAMP[Math.ceil(at)] as readonly number[];
    const part = at - Math.floor(at);
    low.forEach((from, c) => {
      pixels[4 * i + c] = from + part * ((high[c] as number) - from);
    });
    pixels[4 * i + 3] = 255 * COVER * share ** 3;
  }
  return pixels;
}
