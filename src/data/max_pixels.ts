/**
 * Pixels of a picture at most; above, a size is taken for a mistake or an
 * attack.
 */
export const MAX_PIXELS = 100_000_000;
