import type { Backend, Shape } from "../backend.ts";
import type { Pattern } from "./fuse_operations.ts";
import type { OnnxTensor, OperationNode } from "./graph.ts";
import { gradientTemplates, matchTemplate, recorder } from "./_template.ts";

/** The exact GELU, its gradient and that by the weight behind it, as they are recorded for `shape`. */
export function geluPatterns(shape: Shape): readonly Pattern[] {
  const x: OnnxTensor = { kind: "tensor", shape };
  const dy: OnnxTensor = { kind: "tensor", shape };
  const [gradient] = gradientTemplates(gelu, [x], dy);
  const pattern = (
    operation: "gelu" | "geluGrad",
    template: OnnxTensor,
    holes: readonly OnnxTensor[],
  ): Pattern =>
  (plan, node) => {
    const bound = matchTemplate(plan, node, { template, holes });
    return bound && {
      kind: "operation",
      operation,
      inputs: holes.map((hole) => bound.get(hole)!),
      attributes: {},
      shape,
    };
  };
  const forward = gelu(recorder, x);
  const weightGrad: Pattern = (plan, node) => {
    if (node.operation !== "matMul" || node.shape.length !== 2) {
      return undefined;
    }
    const { attributes } = node as OperationNode<"matMul">;
    const [a, matrix] = node.inputs.map(plan.canonical);
    // The rows of both are summed over: a gradient by a weight.
    if (!attributes.transposeA || attributes.transposeB) return undefined;
    if (matrix!.kind !== "operation") return undefined;
    const bound = matchTemplate(plan, matrix!.inputs[0]!, {
      template: forward,
      holes: [x],
    });
    return bound && {
      kind: "operation",
      operation: "geluWeightGrad",
      inputs: [a!, bound.get(x)!],
      attributes: {},
      shape: node.shape,
    };
  };
  return [
    pattern("gelu", forward, [x]),
    pattern("geluGrad", gradient!, [x, dy]),
    weightGrad,
  ];
}

/** `x (1 + erf(x / sqrt(2))) / 2`. */
function gelu<T>(backend: Backend<T>, x: T): T {
  const half = backend.mul(x, 0.5);
  return backend.add(
    half,
    backend.mul(half, backend.erf(backend.mul(x, Math.SQRT1_2))),
  );
}
