import type { OnnxTensor } from "../graph.ts";
import type { GraphPlan } from "../lowering.ts";

/**
 * Tells of a plan's nodes whether all that they depend on is written into the
 * model. It finds that out once for each: two nodes may read the same one.
 */
export function constantsOf(
  { canonical }: Pick<GraphPlan, "canonical">,
): (x: OnnxTensor) => boolean {
  const known = new Map<OnnxTensor, boolean>();
  const isConstant = (x: OnnxTensor): boolean => {
    const node = canonical(x);
    const found = known.get(node) ??
      (node.kind === "constant" ||
        node.kind === "operation" && node.inputs.every(isConstant));
    known.set(node, found);
    return found;
  };
  return isConstant;
}
