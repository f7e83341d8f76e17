import { sameShape, sizeOf } from "../../_shape.ts";
import type { OnnxTensor, OperationNode } from "../graph.ts";
import { applyRule } from "../lowering.ts";
import type { Value } from "../model_builder.ts";
import { plainRules } from "../plain/lower_plain.ts";
import { type FilterLayout, filterSizes, isFilterLayout } from "./_layout.ts";
import { isElementwise, isPerOutput } from "./_layout_choice.ts";
import { reshape } from "./_rows.ts";
import type { Scope } from "./_scope.ts";

/**
 * Writes an element-wise operation by its plain rule, which is the same in
 * every layout: in and out, the layout chosen for it.
 */
export function lowerElementwise(scope: Scope, node: OperationNode): boolean {
  const layout = scope.layoutOf(node);
  if (layout === "plain" || !isElementwise(node)) return false;
  const operands = node.inputs.map(scope.plan.canonical);
  const isFull = (x: OnnxTensor) => sameShape(x.shape, node.shape);
  const apply = (inputs: readonly Value[]): Value =>
    applyRule(plainRules, node, { ...scope, inputs });
  const { values } = scope;
  if (operands.some((x) => !isFull(x) && isPerOutput(x.shape, node.shape))) {
    return isFilterLayout(layout) &&
      lowerPerOutput(scope, node, { layout, apply });
  }
  const at = (x: OnnxTensor, i: number): Value =>
    !isFull(x)
      ? values.get(x, "plain")
      : layout === "planes"
      ? values.planes(x)[i]!
      : values.get(x, layout);
  if (layout !== "planes") {
    values.set(node, layout, [apply(operands.map((x) => at(x, 0)))]);
    return true;
  }
  if (!operands.every((x) => !isFull(x) || values.has(x, "planes"))) {
    return false;
  }
  const planes = [0, 1, 2, 3].map((i) => apply(operands.map((x) => at(x, i))));
  values.set(node, "planes", planes);
  return true;
}

/** One operand has a number for each output channel, the last axis in memory. */
function lowerPerOutput(
  { plan, rule: { model, block }, values }: Scope,
  node: OperationNode,
  { layout, apply }: {
    readonly layout: FilterLayout;
    readonly apply: (inputs: readonly Value[]) => Value;
  },
): boolean {
  const sizes = filterSizes(layout, node.shape, block);
  const { leadingTaps, outputBlocks, outputs } = sizes;
  const size = sizeOf(node.shape) / (leadingTaps * outputBlocks * outputs);
  const full = [leadingTaps, outputBlocks, size, outputs];
  const inputs = node.inputs.map(plan.canonical).map((x) =>
    sameShape(x.shape, node.shape)
      ? reshape(model, values.get(x, layout), full)
      : isPerOutput(x.shape, node.shape)
      ? reshape(model, values.get(x, "plain"), [outputBlocks, 1, outputs])
      : values.get(x, "plain")
  );
  values.set(node, layout, [reshape(model, apply(inputs), node.shape)]);
  return true;
}
