import { sizeOf } from "../../_shape.ts";
import type { OperationNode } from "../graph.ts";
import type { Value } from "../model_builder.ts";
import type { RuleTarget } from "./_rule_target.ts";
import { FILTER_LAYOUTS, filterSizes } from "./_layout.ts";
import { blockedOp, reshape } from "./_rows.ts";
import type { Scope } from "./_scope.ts";

/** Writes a sum over all but the channels of `maps` or `planes`, or all but the outputs of filters; out `plain`. */
export function lowerSum(
  { plan, rule, values }: Scope,
  node: OperationNode,
): boolean {
  if (node.operation !== "sum") return false;
  const { axes } = (node as OperationNode<"sum">).attributes;
  const x = plan.canonical(node.inputs[0]!);
  if (`${axes}` === "0,2,3") {
    const parts = values.has(x, "planes")
      ? values.planes(x)
      : values.has(x, "maps")
      ? [values.get(x, "maps")]
      : undefined;
    if (parts === undefined) return false;
    const [batch, channels, height, width] = x.shape as Rank4;
    const cells = height * width / parts.length;
    const shape = [batch, channels, 1, 1] as const;
    const sum = sumOfMaps(rule, parts, { shape, cells });
    values.set(node, "plain", [sum]);
    return true;
  }
  const layout = FILTER_LAYOUTS.find((filter) => values.has(x, filter));
  if (`${axes}` === "1,2,3" && layout !== undefined) {
    const { model, block } = rule;
    const sizes = filterSizes(layout, x.shape, block);
    const { leadingTaps, outputBlocks, outputs } = sizes;
    const blocks = reshape(model, values.get(x, layout), [
      leadingTaps,
      outputBlocks,
      sizeOf(x.shape) / (leadingTaps * outputBlocks * outputs),
      outputs,
    ]);
    const sums = model.op("ReduceSum", [blocks, model.ints([0, 2])]);
    values.set(node, "plain", [reshape(model, sums, node.shape)]);
    return true;
  }
  return false;
}

type Rank4 = readonly [number, number, number, number];

/** The mean of each map is an operator; it leaves channels row-major. */
function sumOfMaps(
  { model }: RuleTarget,
  parts: readonly Value[],
  { shape, cells }: {
    readonly shape: readonly number[];
    readonly cells: number;
  },
): Value {
  const means = parts.map((part) =>
    reshape(model, blockedOp(model, "GlobalAveragePool", [part]), shape)
  );
  const mean = means.length === 1 ? means[0]! : model.op("Sum", means);
  const overBatch = model.op("ReduceSum", [mean, model.ints([0])]);
  return model.op("Mul", [overBatch, model.scalar(cells)]);
}
