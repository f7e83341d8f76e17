/** The largest divisor of `length` that is at most `limit`; both at least 1. */
export function largestDivisor(length: number, limit: number): number {
  for (let d = Math.min(limit, length); d > 1; d--) {
    if (length % d === 0) return d;
  }
  return 1;
}
