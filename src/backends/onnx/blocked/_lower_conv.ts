import type { OnnxTensor, OperationNode } from "../graph.ts";
import { amongZeros, inputGrad, inputGradPlanes } from "./_conv.ts";
import { filterGrad } from "./_filter_grad.ts";
import type { Fusion } from "./_fusion.ts";
import { lowerForward } from "./_lower_forward.ts";
import type { Scope } from "./_scope.ts";
import { hasStemFilterGrad, stemFilterGrad } from "./_stem_filter_grad.ts";
import { interleave } from "./_values.ts";
import {
  type ConvNode,
  hasFilterGrad,
  hasInputGrad,
  isConv,
  isPointwise,
  windowOf,
} from "./_window.ts";
import { filterLayoutOf } from "./winograd/filter_layout_of.ts";
import { asStripTaps, stripInputGrad } from "./winograd/strips.ts";
import { winogradFilterGrad, winogradInputGrad } from "./winograd/winograd.ts";

/** Writes a convolution or one of its gradients, with what it swallows. */
export function lowerConv(scope: Scope, node: OperationNode): boolean {
  const fusion = scope.fusions.of(node) ??
    (isConv(node) ? { conv: node, relu: false } : undefined);
  if (fusion === undefined) return false;
  switch (fusion.conv.operation) {
    case "conv2d":
      return lowerForward(scope, node, fusion);
    case "conv2dInputGrad":
      return lowerInputGrad(scope, node, fusion);
    case "conv2dFilterGrad":
      return lowerFilterGrad(scope, node, fusion);
  }
}

/** In: `maps` or `resultTiles`, and weights in their layout; out: `maps`. */
function lowerInputGrad(
  { plan, rule, values }: Scope,
  node: OperationNode,
  { conv: convolution, sum }: Fusion,
): boolean {
  const g = windowOf(convolution);
  const { model, block } = rule;
  if (!hasInputGrad(g, block)) return false;
  const layout = filterLayoutOf(g, block);
  if (layout !== "filter") {
    const [dy, w] = convolution.inputs.map(plan.canonical);
    const filter = values.get(w!, layout);
    const maps = layout === "taps"
      ? winogradInputGrad(rule, {
        dy: values.get(dy!, "resultTiles"),
        w: filter,
      }, g)
      : stripInputGrad(rule, { dy: values.get(dy!, "maps"), w: filter }, g);
    const added = sum ? model.op("Add", [maps, values.get(sum, "maps")]) : maps;
    values.set(node, "maps", [added]);
    return true;
  }
  const operands = ({ inputs }: OperationNode) => {
    const [dy, w] = inputs.map(plan.canonical) as [OnnxTensor, OnnxTensor];
    return { dy: values.get(dy, "maps"), w: values.get(w, "filter") };
  };
  const own = operands(convolution);
  if (g.stride === 1) {
    const added = sum && values.get(sum, "maps");
    values.set(node, "maps", [inputGrad(rule, { ...own, sum: added }, g)]);
    return true;
  }
  if (isPointwise(g)) {
    const [plane] = inputGradPlanes(rule, own, g);
    values.set(node, "maps", [amongZeros(rule, plane!, g)]);
    return true;
  }
  // A 1x1 filter beside it reaches the first plane alone.
  const corner = sum as ConvNode | undefined;
  const [added] = corner === undefined
    ? []
    : inputGradPlanes(rule, operands(corner), windowOf(corner));
  const planes = inputGradPlanes(rule, { ...own, sum: added }, g);
  const maps = interleave(model, planes, { shape: node.shape, block });
  values.set(node, "maps", [maps]);
  return true;
}

/** In: `maps`, or a row-major picture and `planes`; out: weights in blocks. */
function lowerFilterGrad(
  { plan, rule, values }: Scope,
  node: OperationNode,
  { conv: convolution }: Fusion,
): boolean {
  const g = windowOf(convolution);
  const { block } = rule;
  const [x, dy] = convolution.inputs.map(plan.canonical) as [
    OnnxTensor,
    OnnxTensor,
  ];
  if (hasFilterGrad(g, block)) {
    const layout = filterLayoutOf(g, block);
    if (layout === "taps") {
      const inputs = {
        x: values.get(x, "tiles"),
        dy: values.get(dy, "resultTiles"),
      };
      values.set(node, layout, [winogradFilterGrad(rule, inputs, g)]);
      return true;
    }
    const inputs = { x: values.get(x, "maps"), dy: values.get(dy, "maps") };
    const gradient = filterGrad(rule, inputs, g);
    const isStrips = layout === "stripTaps";
    const taps = isStrips ? asStripTaps(rule, gradient, g) : gradient;
    values.set(node, layout, [taps]);
    return true;
  }
  if (!values.has(dy, "planes") || !hasStemFilterGrad(g, block)) return false;
  const inputs = { x: values.get(x, "plain"), planes: values.planes(dy) };
  values.set(node, "imageFilter", [stemFilterGrad(rule, inputs, g)]);
  return true;
}
