import type { OnnxTensor, OperationNode } from "../graph.ts";
import type { Value } from "../model_builder.ts";
import {
  amongZeros,
  conv,
  convPlanes,
  inputGrad,
  inputGradPlanes,
  RELU,
  type RuleTarget,
} from "./_conv.ts";
import { depthwise } from "./_depthwise.ts";
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
  type Window,
  windowOf,
} from "./_window.ts";
import { groupedWinogradConv, hasGroupedWinograd } from "./winograd/grouped.ts";
import {
  asStripTaps,
  hasStrips,
  stripConv,
  stripInputGrad,
} from "./winograd/strips.ts";
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
  const { block } = rule;
  if (!isBlockable(g, block)) return false;
  const [x, w, bias] = operands.map(plan.canonical);
  const offset = bias && values.get(bias, "plain");
  const added = sum && values.get(sum, "maps");
  if (hasGroupedWinograd(plan, convolution, block)) {
    const maps = groupedWinogradConv(rule, {
      x: values.get(x!, "blockedTiles"),
      w: values.get(w!, "blockedTaps"),
      bias: offset,
    }, g);
    values.set(node, "maps", [finished(rule, { maps, sum: added, relu }, g)]);
    return true;
  }
  if (hasWinograd(g, block)) {
    const maps = winogradConv(rule, {
      x: values.get(x!, "tiles"),
      w: values.get(w!, "taps"),
    }, g);
    const rest = { maps, bias: offset, sum: added, relu };
    values.set(node, "maps", [finished(rule, rest, g)]);
    return true;
  }
  if (hasStrips(g, block)) {
    const maps = stripConv(rule, {
      x: values.get(x!, "maps"),
      w: values.get(w!, "stripTaps"),
      bias: offset,
    }, g);
    values.set(node, "maps", [finished(rule, { maps, sum: added, relu }, g)]);
    return true;
  }
  const isPicture = isImage(g, block);
  const inputs = {
    x: values.get(x!, isPicture ? "plain" : "maps"),
    w: values.get(w!, isPicture ? "imageFilter" : "filter"),
    bias: offset,
    // A convolution writes over what it adds, or copies it by one thread; what
    // gradients add is read nowhere else.
    sum: sum && isReadBehind(plan, sum, node)
      ? depthwise(rule, { x: added! }, { channels: g.filters })
      : added,
    relu,
  };
  if (layoutOf(node) === "planes" && hasPlanes(g, block)) {
    values.set(node, "planes", convPlanes(rule, inputs, g));
  } else {
    values.set(node, "maps", [conv(rule, inputs, g)]);
  }
  return true;
}

/** Whether an operation behind `node` reads `x`. */
function isReadBehind(
  { operations, consumers }: Scope["plan"],
  x: OnnxTensor,
  node: OperationNode,
): boolean {
  const readers = new Set(consumers(x));
  return operations.slice(operations.indexOf(node) + 1)
    .some((other) => readers.has(other));
}

/** Adds what a convolution by tiles or strips lacks, in one pass: in `maps`, out `maps`. */
function finished(
  rule: RuleTarget,
  { maps, bias, sum, relu }: {
    readonly maps: Value;
    readonly bias?: Value | undefined;
    readonly sum?: Value | undefined;
    readonly relu: boolean;
  },
  { filters: channels }: Window,
): Value {
  const activation = relu ? RELU : undefined;
  if (sum !== undefined) {
    const inputs = { x: sum, bias, sum: maps, activation };
    return depthwise(rule, inputs, { channels });
  }
  if (bias !== undefined) {
    return depthwise(rule, { x: maps, bias, activation }, { channels });
  }
  return relu ? rule.model.op("Relu", [maps]) : maps;
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
  if (hasStrips(g, block)) {
    const [dy, w] = convolution.inputs.map(plan.canonical);
    const maps = stripInputGrad(rule, {
      dy: values.get(dy!, "maps"),
      w: values.get(w!, "stripTaps"),
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
    const gradient = filterGrad(rule, inputs, g);
    if (hasStrips(g, block)) {
      values.set(node, "stripTaps", [asStripTaps(rule, gradient, g)]);
    } else {
      values.set(node, "filter", [gradient]);
    }
    return true;
  }
  if (!values.has(dy, "planes") || !hasStemFilterGrad(g, block)) return false;
  const inputs = { x: values.get(x, "plain"), planes: values.planes(dy) };
  values.set(node, "imageFilter", [stemFilterGrad(rule, inputs, g)]);
  return true;
}
