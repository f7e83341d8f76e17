import type { Backend, Shape } from "../backend.ts";
import type { OnnxTensor, OperationNode } from "./graph.ts";
import type { GraphPlan } from "./lowering.ts";
import type { Pattern } from "./_pattern.ts";
import { gradientTemplates, matchTemplate, recorder } from "./_template.ts";
import { weightGradOf } from "./_weight_grad.ts";

/** The layer norm over the last axis of `shape`, its gradients and that by the weight behind it, as they are recorded. */
export function layerNormPatterns(shape: Shape): readonly Pattern[] {
  const hole = (of: Shape): OnnxTensor => ({ kind: "tensor", shape: of });
  const channels = shape.slice(-1);
  const [x, weight, bias, epsilon, dy, before] = [
    hole(shape),
    hole(channels),
    hole(channels),
    hole([]),
    hole(shape),
    hole(shape),
  ] as const;
  const [byX, byWeight] = gradientTemplates(
    layerNorm,
    [x, weight, bias, epsilon],
    dy,
  ) as readonly [OperationNode, OperationNode];
  const [byCentred, byMean] = byX.inputs as readonly [OnnxTensor, OnnxTensor];
  // Where `x` is read later too, that gradient came first.
  const added = recorder.add(recorder.add(before, byCentred), byMean);
  const forward = layerNorm(recorder, x, weight, bias, epsilon);
  return [
    pattern("layerNorm", forward, [x, weight, bias]),
    pattern("layerNormInputGrad", byX, [x, weight, dy]),
    pattern("layerNormInputGrad", added, [x, weight, dy, before]),
    pattern("layerNormWeightGrad", byWeight, [x, dy]),
    productGrad,
  ];

  function productGrad(
    plan: GraphPlan,
    node: OperationNode,
  ): OperationNode | undefined {
    const found = weightGradOf(plan, node);
    const norm = found && matchNorm(plan, found.x, {
      template: forward,
      operands: [x, weight, bias],
    });
    return norm && {
      kind: "operation",
      operation: "layerNormProductGrad",
      inputs: [found!.dy, ...norm.inputs],
      attributes: norm.attributes,
      shape: node.shape,
    };
  }

  function pattern(
    operation: "layerNorm" | "layerNormInputGrad" | "layerNormWeightGrad",
    template: OnnxTensor,
    operands: readonly OnnxTensor[],
  ): Pattern {
    return (plan, node) => {
      const norm = matchNorm(plan, node, { template, operands });
      return norm && {
        kind: "operation",
        operation,
        ...norm,
        shape: template.shape,
      };
    };
  }

  /** What stands for `operands` where `node` was recorded as `template`, with an epsilon that is known. */
  function matchNorm(
    plan: GraphPlan,
    node: OnnxTensor,
    { template, operands }: {
      readonly template: OnnxTensor;
      readonly operands: readonly OnnxTensor[];
    },
  ): Pick<OperationNode<"layerNorm">, "inputs" | "attributes"> | undefined {
    const holes = [epsilon, ...operands];
    const bound = matchTemplate(plan, node, { template, holes });
    const guard = bound?.get(epsilon);
    return guard?.kind !== "constant" ? undefined : {
      inputs: operands.map((operand) => bound!.get(operand)!),
      attributes: { epsilon: guard.data[0]! },
    };
  }
}

/** `(x - mean) / sqrt(var + epsilon) weight + bias`. */
function layerNorm<T>(backend: Backend<T>, ...operands: readonly T[]): T {
  const [x, weight, bias, epsilon] = operands as readonly [T, T, T, T];
  const axis = backend.shape(x).length - 1;
  const channels = backend.shape(x)[axis]!;
  const mean = backend.div(backend.sum(x, [axis]), channels);
  const centred = backend.sub(x, mean);
  const squares = backend.sum(backend.mul(centred, centred), [axis]);
  const variance = backend.div(squares, channels);
  const deviation = backend.sqrt(backend.add(variance, epsilon));
  return backend.add(
    backend.mul(backend.div(centred, deviation), weight),
    bias,
  );
}
