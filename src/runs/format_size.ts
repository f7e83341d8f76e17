import type { ImageSize } from "./load_image.ts";

/**
 * A size of pictures in the words of the paper's tables.
 *
 * @param size Side of a square, `original`, or a longest side.
 * @returns `256`, `ori.` or `max 300`.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { formatSize } from "@simsc/core/runs";
 *
 * equal(formatSize({ maxSide: 300 }), "max 300");
 * ```
 */
export function formatSize(size: ImageSize): string {
  if (typeof size === "object") return `max ${size.maxSide}`;
  return size === "original" ? "ori." : String(size);
}
