import type { OnnxTensor } from "../graph.ts";
import type { GraphPlan } from "../lowering.ts";

/** Whether all that a canonical node depends on is written into the model. */
export function isConstant(
  canonical: GraphPlan["canonical"],
  x: OnnxTensor,
): boolean {
  return x.kind === "constant" ||
    x.kind === "operation" &&
      x.inputs.every((input) => isConstant(canonical, canonical(input)));
}
