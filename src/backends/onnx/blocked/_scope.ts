import type { OnnxTensor, OperationNode } from "../graph.ts";
import type { GraphPlan, LoweringTarget } from "../lowering.ts";
import type { RuleTarget } from "./_rule_target.ts";
import type { Fusions } from "./_fusion.ts";
import { type FilterLayout, isFilterLayout, type Layout } from "./_layout.ts";
import type { LayoutValues } from "./_values.ts";

/** What writing one operation needs to know of the rest. */
export interface Scope {
  /** The graph. */
  readonly plan: GraphPlan;
  /** Where a plain rule writes to. */
  readonly target: LoweringTarget;
  /** Where a rule of this folder writes to. */
  readonly rule: RuleTarget;
  /** Layout that a canonical node would best be in. */
  readonly layoutOf: (x: OnnxTensor) => Layout;
  /** Whether all that a node depends on is written into the model. */
  readonly isConstant: (x: OnnxTensor) => boolean;
  /** What was written so far. */
  readonly values: LayoutValues;
  /** Which operations become one. */
  readonly fusions: Fusions;
}

/** Writes an operation, or leaves it to the next rule with `false`. */
export type BlockedRule = (scope: Scope, node: OperationNode) => boolean;

/** Layout in which `x` goes into a session or comes out. */
export function storedLayout(
  layoutOf: (x: OnnxTensor) => Layout,
  x: OnnxTensor,
): "plain" | FilterLayout {
  const layout = layoutOf(x);
  return isFilterLayout(layout) ? layout : "plain";
}
