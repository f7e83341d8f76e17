import type { OnnxTensor, OperationName, OperationNode } from "./graph.ts";
import type { GraphPlan } from "./lowering.ts";
import type { Pattern } from "./_pattern.ts";
import { gradientTemplates, matchTemplate } from "./_template.ts";

/**
 * The gradient by the logits of `softmax(logits) v`, as it is recorded. What it
 * sums over each row of weights is the sum of `dy y` over each row of the
 * product `y`, which is far shorter.
 */
export const attentionPattern: Pattern = (plan, node) => {
  const weighted = inputOf(plan, node, "sub");
  const dWeights = weighted && inputOf(plan, weighted, "mul");
  if (dWeights?.operation !== "matMul") return undefined;
  const [dy, v] = dWeights.inputs.map(plan.canonical) as [
    OnnxTensor,
    OnnxTensor,
  ];
  const hole = ({ shape }: OnnxTensor): OnnxTensor => ({
    kind: "tensor",
    shape,
  });
  const [logits, values, cotangent] = [node, v, dy].map(hole) as [
    OnnxTensor,
    OnnxTensor,
    OnnxTensor,
  ];
  const [template] = gradientTemplates(
    (backend, x, y) => backend.matMul(backend.softmax(x!), y!),
    [logits, values],
    cotangent,
  );
  const bound = matchTemplate(plan, node, {
    template: template!,
    holes: [logits, values, cotangent],
  });
  const weights = bound && plan.canonical(weighted!.inputs[1]!);
  const y = weights &&
    plan.consumers(weights).find((reader) => isProduct(plan, reader, v));
  if (y === undefined) return undefined;
  const { inputs, attributes } = turned(plan, y, dy);
  return {
    kind: "operation",
    operation: "attentionLogitsGrad",
    inputs: [weights!, dWeights, ...inputs],
    attributes,
    shape: node.shape,
  };
};

/** Whether `node` is a product with `v` on its right, neither transposed. */
function isProduct(
  plan: GraphPlan,
  node: OperationNode,
  v: OnnxTensor,
): boolean {
  if (node.operation !== "matMul") return false;
  const { transposeA, transposeB } =
    (node as OperationNode<"matMul">).attributes;
  return !transposeA && !transposeB && plan.canonical(node.inputs[1]!) === v;
}

/**
 * `y` and `dy` with their axes in the order in which the heads are joined, if
 * they are: that order of `y` is kept for the next weight's gradient anyway.
 */
function turned(
  plan: GraphPlan,
  y: OperationNode,
  dy: OnnxTensor,
): Pick<OperationNode<"attentionLogitsGrad">, "inputs" | "attributes"> {
  const permutation = y.shape.map((_, axis) => axis);
  const plain = { inputs: [y, dy], attributes: { permutation } };
  if (dy.kind !== "operation" || dy.operation !== "transpose") return plain;
  const back = (dy as OperationNode<"transpose">).attributes.permutation;
  if (back.at(-1) !== back.length - 1) return plain;
  const joined = plan.consumers(y).find((reader) =>
    reader.operation === "transpose" &&
    (reader as OperationNode<"transpose">).attributes.permutation
      .every((axis, i) => back[axis] === i)
  );
  return joined === undefined ? plain : {
    inputs: [joined, plan.canonical(dy.inputs[0]!)],
    attributes: { permutation: back },
  };
}

/** The first operand of `node`, if that is `operation` and it an operation. */
function inputOf(
  plan: GraphPlan,
  node: OperationNode,
  operation: OperationName,
): OperationNode | undefined {
  if (node.operation !== operation) return undefined;
  const found = plan.canonical(node.inputs[0]!);
  return found.kind === "operation" ? found : undefined;
}
