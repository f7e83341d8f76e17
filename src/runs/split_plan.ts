import { OptionError } from "../core/errors.ts";
import { counted } from "../data/counted.ts";
import type { BatchPlan } from "./training_batch.ts";

/**
 * Cuts a batch into equal parts that together hold its pairs.
 *
 * @param plan Images and pairs; no pair reaches across a cut.
 * @param parts How many, a whole number of at least 1 that divides images and
 * pairs.
 * @returns Batches of one shape, without those that have no pair.
 * @throws {OptionError} If it cannot be cut so.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { pairBatch, splitPlan } from "@simsc/core/runs";
 *
 * const image = (path: string) => ({ path, keypoints: [[1, 2] as const] });
 * const pair = {
 *   id: "a-b",
 *   category: "car",
 *   source: image("a.png"),
 *   target: image("b.png"),
 *   keypointIds: ["wheel"],
 * };
 * const parts = splitPlan(pairBatch([pair, pair]), 2);
 * deepStrictEqual(parts.map(({ images }) => images.length), [2, 2]);
 * ```
 */
export function splitPlan(
  { images, pairs, pairCapacity }: BatchPlan,
  parts: number,
): readonly BatchPlan[] {
  const size = images.length / parts;
  const capacity = pairCapacity / parts;
  if (!Number.isInteger(size) || !Number.isInteger(capacity)) {
    const wanted = `a divisor of ${counted(images.length, "image")}`;
    throw new OptionError("splitPlan", "parts", wanted, parts);
  }
  const part = (place: number): number => Math.floor(place / size);
  const torn = pairs.find(({ a, b }) => part(a) !== part(b));
  if (torn !== undefined) {
    const wanted = "within one part each";
    throw new OptionError("splitPlan", "pairs", wanted, torn.pair.id);
  }
  return Array.from({ length: parts }, (_, p) => ({
    images: images.slice(p * size, (p + 1) * size),
    pairs: pairs.filter(({ a }) => part(a) === p)
      .map(({ pair, a, b }) => ({ pair, a: a - p * size, b: b - p * size })),
    pairCapacity: capacity,
  })).filter((each) => each.pairs.length > 0);
}
