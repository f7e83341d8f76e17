import type { Backend, Shape } from "../backend.ts";
import { sameShape } from "../_shape.ts";
import type { OnnxTensor } from "./graph.ts";
import type { GraphPlan } from "./lowering.ts";
import type { Pattern } from "./_pattern.ts";
import { gradientTemplates, matchTemplate, recorder } from "./_template.ts";
import { weightGradOf } from "./_weight_grad.ts";

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
    const found = weightGradOf(plan, node);
    const bound = found &&
      matchTemplate(plan, found.x, { template: forward, holes: [x] });
    if (bound === undefined) return undefined;
    const { dy: outer, x: y } = found!;
    const dy = cotangentOf(plan, y, outer);
    return {
      kind: "operation",
      operation: "geluWeightGrad",
      inputs: [bound.get(x)!, outer, ...(dy === undefined ? [] : [dy])],
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

/** The gradient by `y` where it comes through the product that `dy` is the gradient of. */
function cotangentOf(
  plan: GraphPlan,
  y: OnnxTensor,
  dy: OnnxTensor,
): OnnxTensor | undefined {
  const weights = plan.consumers(y)
    .flatMap((rows) => plan.consumers(rows))
    .filter(({ operation }) => operation === "matMul")
    .map(({ inputs }) => plan.canonical(inputs[1]!));
  return plan.consumers(dy)
    .filter(({ operation, inputs }) =>
      operation === "matMul" && weights.includes(plan.canonical(inputs[1]!))
    )
    .flatMap((product) => plan.consumers(product))
    .find(({ operation, shape }) =>
      operation === "reshape" && sameShape(shape, y.shape)
    );
}

/** `x (1 + erf(x / sqrt(2))) / 2`. */
function gelu<T>(backend: Backend<T>, x: T): T {
  const half = backend.mul(x, 0.5);
  return backend.add(
    half,
    backend.mul(half, backend.erf(backend.mul(x, Math.SQRT1_2))),
  );
}
