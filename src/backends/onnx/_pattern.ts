import type { OperationNode } from "./graph.ts";
import type { GraphPlan } from "./lowering.ts";

/** What a node can be replaced by; made for one shape of its operand, or for one graph. */
export type Pattern = (
  plan: GraphPlan,
  node: OperationNode,
) => OperationNode | undefined;
