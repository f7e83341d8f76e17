import type { FilterLayout } from "../_layout.ts";
import type { Window } from "../_window.ts";
import { filterLayoutOf } from "./filter_layout_of.ts";
import { hasGroupedWinograd } from "./grouped_winograd.ts";
import { hasLongStrips } from "./strips.ts";

/**
 * How the filter of a forward convolution lies: as for its gradients, unless it
 * is constant and strips of eight rows or tiles in groups can be taken.
 */
export function forwardLayoutOf(
  g: Window,
  { block, isConstant }: {
    readonly block: number;
    /** Whether the filter is. */
    readonly isConstant: boolean;
  },
): Exclude<FilterLayout, "imageFilter"> {
  if (isConstant && hasLongStrips(g, block)) return "stripTaps";
  if (isConstant && hasGroupedWinograd(g, block)) return "blockedTaps";
  return filterLayoutOf(g, block);
}
