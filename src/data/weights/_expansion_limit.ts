/**
 * Most bytes that a file of `size` bytes may become in memory. Weights are
 * stored as they are, float16 doubles and int8 quadruples; what grows more is
 * made to fill the memory.
 */
export function expansionLimit(size: number): number {
  return 16 * size + 2 ** 24;
}
