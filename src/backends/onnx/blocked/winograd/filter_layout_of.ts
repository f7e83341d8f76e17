import type { Window } from "../_window.ts";
import { hasStrips } from "./strips.ts";
import { hasWinograd } from "./winograd.ts";

/** For tiles, for strips, or for neither. */
export type FilterLayout = "taps" | "stripTaps" | "filter";

/** How a filter over maps lies for its convolution and its gradients. */
export function filterLayoutOf(g: Window, block: number): FilterLayout {
  if (hasWinograd(g, block)) return "taps";
  return hasStrips(g, block) ? "stripTaps" : "filter";
}
