import type { OnnxTensor, OperationNode } from "./graph.ts";
import type { GraphPlan } from "./lowering.ts";

/** Operands of `dy^T x`, `x` before it was reshaped to rows. */
export interface WeightGrad {
  /** `[K, M]`. */
  readonly dy: OnnxTensor;
  /** As many elements as `K` rows have. */
  readonly x: OnnxTensor;
}

/** The operands of a gradient by a weight, whose factors' rows are summed over. */
export function weightGradOf(
  plan: GraphPlan,
  node: OperationNode,
): WeightGrad | undefined {
  if (node.operation !== "matMul" || node.shape.length !== 2) return undefined;
  const { attributes } = node as OperationNode<"matMul">;
  if (!attributes.transposeA || attributes.transposeB) return undefined;
  const [dy, matrix] = node.inputs.map(plan.canonical);
  if (matrix!.kind !== "operation" || matrix!.operation !== "reshape") {
    return undefined;
  }
  return { dy: dy!, x: plan.canonical(matrix!.inputs[0]!) };
}
