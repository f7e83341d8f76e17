import type { Window } from "../_window.ts";
import { hasStrips } from "./strips.ts";
import { hasWinograd } from "./winograd.ts";

/** How a filter over maps lies for its convolution and its gradients: for tiles, for strips, or for neither. */
export function filterLayoutOf(
  g: Window,
  block: number,
): "taps" | "stripTaps" | "filter" {
  if (hasWinograd(g, block)) return "taps";
  return hasStrips(g, block) ? "stripTaps" : "filter";
}
