import { sameShape } from "../_shape.ts";
import type { OnnxTensor, OperationNode } from "./graph.ts";
import type { GraphPlan } from "./lowering.ts";
import type { Pattern } from "./_pattern.ts";

/**
 * A sum of padded parts that lie side by side, as the gradients by slices that
 * share out a tensor give it: the parts one behind the other.
 */
export const concatPattern: Pattern = (plan, node) => {
  const parts = node.operation === "add" ? padsOf(plan, node) : undefined;
  if (parts === undefined) return undefined;
  const [first] = parts;
  const axis = first!.attributes.paddings.findIndex(([a, b]) => a + b > 0);
  const start = (part: OperationNode<"pad">) =>
    part.attributes.paddings[axis]![0];
  const sorted = parts.toSorted((a, b) => start(a) - start(b));
  let end = 0;
  for (const part of sorted) {
    const input = plan.canonical(part.inputs[0]!);
    const isAlong = part.attributes.paddings.every(([before, after], i) =>
      i === axis ? before === end : before + after === 0
    );
    if (!isAlong) return undefined;
    end += input.shape[axis]!;
  }
  return end !== node.shape[axis] ? undefined : {
    kind: "operation",
    operation: "concat",
    inputs: sorted.map((part) => part.inputs[0]!),
    attributes: { axis },
    shape: node.shape,
  };
};

/** The padded parts that `x` is the sum of, if it is one. */
function padsOf(
  plan: GraphPlan,
  x: OnnxTensor,
): readonly OperationNode<"pad">[] | undefined {
  if (x.kind !== "operation") return undefined;
  if (x.operation === "pad") return [x as OperationNode<"pad">];
  if (x.operation !== "add") return undefined;
  const [a, b] = x.inputs.map(plan.canonical);
  if (!sameShape(a!.shape, b!.shape)) return undefined;
  // What is added last is one part: a tree of other sums is not walked.
  const last = b!.kind === "operation" && b!.operation === "pad";
  const before = last ? padsOf(plan, a!) : undefined;
  return before && [...before, b as OperationNode<"pad">];
}
