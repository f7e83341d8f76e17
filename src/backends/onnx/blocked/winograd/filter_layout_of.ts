import type { FilterLayout } from "../_layout.ts";
import type { Window } from "../_window.ts";
import { hasStrips } from "./strips.ts";
import { hasWinograd } from "./winograd.ts";

/** For tiles, for strips, or for neither. */
export type GradientFilterLayout = Exclude<
  FilterLayout,
  "imageFilter" | "blockedTaps"
>;

/** How a filter over maps lies for its convolution and its gradients. */
export function filterLayoutOf(
  g: Window,
  block: number,
): GradientFilterLayout {
  if (hasWinograd(g, block)) return "taps";
  return hasStrips(g, block) ? "stripTaps" : "filter";
}
