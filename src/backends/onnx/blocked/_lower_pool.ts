import type { OnnxTensor, OperationNode } from "../graph.ts";
import { poolPlanes, poolPlanesGrad } from "./_pool.ts";
import { blockedOp } from "./_rows.ts";
import type { Scope } from "./_scope.ts";
import { isStemPool, isStemPoolGrad } from "./_window.ts";

/** Writes a max-pool or its gradient: in `maps` or `planes`; out `maps`, or `planes` for the gradient. */
export function lowerPool(scope: Scope, node: OperationNode): boolean {
  switch (node.operation) {
    case "maxPool2d":
      return lowerForward(scope, node as OperationNode<"maxPool2d">);
    case "maxPool2dGrad":
      return lowerGrad(scope, node as OperationNode<"maxPool2dGrad">);
    default:
      return false;
  }
}

function lowerForward(
  { plan, rule, values }: Scope,
  node: OperationNode<"maxPool2d">,
): boolean {
  const x = plan.canonical(node.inputs[0]!);
  if (values.has(x, "planes") && isStemPool(node)) {
    values.set(node, "maps", [poolPlanes(rule.model, values.planes(x))]);
    return true;
  }
  if (!values.has(x, "maps")) return false;
  const { kernelSize: k, stride: s, padding: p } = node.attributes;
  values.set(node, "maps", [
    blockedOp(rule.model, "MaxPool", [values.get(x, "maps")], {
      kernel_shape: [k, k],
      strides: [s, s],
      pads: [p, p, p, p],
    }),
  ]);
  return true;
}

function lowerGrad(
  { plan, rule, values }: Scope,
  node: OperationNode<"maxPool2dGrad">,
): boolean {
  const [x, dy] = node.inputs.map(plan.canonical) as [OnnxTensor, OnnxTensor];
  if (!values.has(x, "planes") || !isStemPoolGrad(plan, node)) return false;
  const inputs = { planes: values.planes(x), dy: values.get(dy, "maps") };
  values.set(node, "planes", poolPlanesGrad(rule, inputs, dy.shape[1]!));
  return true;
}
