import type { OnnxTensor, OperationNode } from "../graph.ts";
import {
  amongZeros,
  conv,
  convPlanes,
  inputGrad,
  inputGradPlanes,
} from "./_conv.ts";
import { filterGrad } from "./_filter_grad.ts";
import type { Fusion } from "./_fusion.ts";
import type { Scope } from "./_scope.ts";
import { hasStemFilterGrad, stemFilterGrad } from "./_stem_filter_grad.ts";
import { interleave } from "./_values.ts";
import {
  type ConvNode,
  hasFilterGrad,
  hasInputGrad,
  hasPlanes,
  isBlockable,
  isConv,
  isImage,
  isPointwise,
  windowOf,
} from "./_window.ts";
import { groupedWinogradConv, hasGroupedWinograd } from "./winograd/grouped.ts";
import {
  hasWinograd,
  winogradConv,
  winogradFilterGrad,
  winogradInputGrad,
} from "./winograd/winograd.ts";

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

/**
 * In: `maps` or a row-major picture, and weights in blocks; out: `maps`, or
 * `planes` where they are wanted.
 */
function lowerForward(
  { plan, rule, values, layoutOf }: Scope,
  node: OperationNode,
  { conv: { inputs: operands }, conv: convolution, sum, relu }: Fusion,
): boolean {
  const g = windowOf(convolution);
  const { model, block } = rule;
  if (!isBlockable(g, block)) return false;
  const [x, w, bias] = operands.map(plan.canonical);
  const tiled = hasGroupedWinograd(plan, convolution, block)
    ? {
      write: groupedWinogradConv,
      x: "blockedTiles",
      w: "blockedTaps",
    } as const
    : hasWinograd(g, block)
    ? { write: winogradConv, x: "tiles", w: "taps" } as const
    : undefined;
  if (tiled !== undefined) {
    const maps = tiled.write(rule, {
      x: values.get(x!, tiled.x),
      w: values.get(w!, tiled.w),
      bias: bias && values.get(bias, "plain"),
    }, g);
    const added = sum ? model.op("Add", [maps, values.get(sum, "maps")]) : maps;
    values.set(node, "maps", [relu ? model.op("Relu", [added]) : added]);
    return true;
  }
  const isPicture = isImage(g, block);
  const inputs = {
    x: values.get(x!, isPicture ? "plain" : "maps"),
    w: values.get(w!, isPicture ? "imageFilter" : "filter"),
    bias: bias && values.get(bias, "plain"),
    sum: sum && values.get(sum, "maps"),
    relu,
  };
  if (layoutOf(node) === "planes" && hasPlanes(g, block)) {
    values.set(node, "planes", convPlanes(rule, inputs, g));
  } else {
    values.set(node, "maps", [conv(rule, inputs, g)]);
  }
  return true;
}

/** In: `maps` and `filter`; out: `maps`. */
function lowerInputGrad(
  { plan, rule, values }: Scope,
  node: OperationNode,
  { conv: convolution, sum }: Fusion,
): boolean {
  const g = windowOf(convolution);
  const { model, block } = rule;
  if (!hasInputGrad(g, block)) return false;
  if (hasWinograd(g, block)) {
    const [dy, w] = convolution.inputs.map(plan.canonical);
    const maps = winogradInputGrad(rule, {
      dy: values.get(dy!, "resultTiles"),
      w: values.get(w!, "taps"),
    }, g);
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
  if (hasWinograd(g, block)) {
    const inputs = {
      x: values.get(x, "tiles"),
      dy: values.get(dy, "resultTiles"),
    };
    values.set(node, "taps", [winogradFilterGrad(rule, inputs, g)]);
    return true;
  }
  if (hasFilterGrad(g, block)) {
    const inputs = { x: values.get(x, "maps"), dy: values.get(dy, "maps") };
    values.set(node, "filter", [filterGrad(rule, inputs, g)]);
    return true;
  }
  if (!values.has(dy, "planes") || !hasStemFilterGrad(g, block)) return false;
  const inputs = { x: values.get(x, "plain"), planes: values.planes(dy) };
  values.set(node, "imageFilter", [stemFilterGrad(rule, inputs, g)]);
  return true;
}
