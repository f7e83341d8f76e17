import type { GraphPlan } from "../../lowering.ts";
import { type ConvNode, windowOf } from "../_window.ts";
import { isConstant } from "../is_constant.ts";
import { type FilterLayout, filterLayoutOf } from "./filter_layout_of.ts";
import { hasGroupedWinograd } from "./grouped.ts";
import { hasLongStrips } from "./strips.ts";

/**
 * How the filter of a forward convolution lies: as for its gradients, unless it
 * is constant and strips of eight rows or tiles in groups can be taken.
 */
export function forwardLayoutOf(
  { canonical }: Pick<GraphPlan, "canonical">,
  node: ConvNode,
  block: number,
): FilterLayout | "blockedTaps" {
  const g = windowOf(node);
  if (isConstant(canonical, canonical(node.inputs[1]!))) {
    if (hasLongStrips(g, block)) return "stripTaps";
    if (hasGroupedWinograd(g, block)) return "blockedTaps";
  }
  return filterLayoutOf(g, block);
}
