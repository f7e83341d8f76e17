/**
 * What the procedural pictures show.
 *
 * @module
 */

import { blueprints } from "./_blueprints.ts";

/** A category and the names of its keypoints. */
export interface ProceduralCategory {
  /** Name, also that of its folders. */
  readonly name: string;
  /** Names of the keypoints; a keypoint's id is its position. */
  readonly keypoints: readonly string[];
}

/**
 * Every category that can be drawn, in alphabetical order.
 *
 * @returns Names with 8 to 20 keypoints each.
 *
 * @example
 * ```ts
 * import { ok } from "node:assert/strict";
 * import { proceduralCategories } from "@simsc/core/data";
 *
 * ok(proceduralCategories().some(({ name }) => name === "bicycle"));
 * ```
 */
export function proceduralCategories(): readonly ProceduralCategory[] {
  return blueprints.map(({ category, keypoints }) => ({
    name: category,
    keypoints,
  }));
}
