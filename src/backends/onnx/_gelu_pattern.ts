import type { Backend, Shape } from "../backend.ts";
import type { OnnxTensor } from "./graph.ts";
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
    return bound && {
      kind: "operation",
      operation: "geluWeightGrad",
      inputs: [found!.dy, bound.get(x)!],
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
