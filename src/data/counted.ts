/**
 * A number of things in words.
 *
 * @param count How many.
 * @param noun One of them; more take an `s`.
 * @param shown The number as it is written; all digits by default.
 * @returns Such as `1 pair` or `2 pairs`.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { counted } from "@simsc/core/data";
 *
 * equal(counted(1, "pair"), "1 pair");
 * equal(counted(0, "pair"), "0 pairs");
 * ```
 */
export function counted(
  count: number,
  noun: string,
  shown: string = String(count),
): string {
  return `${shown} ${noun}${count === 1 ? "" : "s"}`;
}
