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
import { isConstant } from "./is_constant.ts";
import { filterLayoutOf } from "./winograd/filter_layout_of.ts";
import { groupedWinogradConv, hasGroupedWinograd } from "./winograd/grouped.ts";
import { asStripTaps, stripConv, stripInputGrad } from "./winograd/strips.ts";
import {
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
  scope: Scope,
  node: OperationNode,
  { conv: convolution, sum, relu }: Fusion,
): boolean {
  const { plan, rule, values, layoutOf } = scope;
  const g = windowOf(convolution);
  const { block } = rule;
  if (!isBlockable(g, block)) return false;
  const added = sum && values.get(sum, "maps");
  const unfinished = lowerWinograd(scope, convolution, g);
  if (unfinished !== undefined) {
    const rest = { ...unfinished, sum: added, relu };
    values.set(node, "maps", [finished(rule, rest, g)]);
    return true;
  }
  const [x, w, bias] = convolution.inputs.map(plan.canonical);
  const isPicture = isImage(g, block);
  const inputs = {
    x: values.get(x!, isPicture ? "plain" : "maps"),
    w: values.get(w!, isPicture ? "imageFilter" : "filter"),
    bias: bias && values.get(bias, "plain"),
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

/**
 * In: `maps` or tiles of them, and weights in their layout; out: `maps`, and the
 * bias where it is still to be added. Nothing where neither tiles nor strips are
 * for this convolution.
 */
function lowerWinograd(
  { plan, rule, values }: Scope,
  convolution: ConvNode,
  g: Window,
): Unfinished | undefined {
  const [x, w, offset] = convolution.inputs.map(plan.canonical);
  const bias = offset && values.get(offset, "plain");
  if (hasGroupedWinograd(plan, convolution, rule.block)) {
    const inputs = {
      x: values.get(x!, "blockedTiles"),
      w: values.get(w!, "blockedTaps"),
      bias,
    };
    return { maps: groupedWinogradConv(rule, inputs, g) };
  }
  const layout = filterLayoutOf(g, rule.block);
  switch (layout) {
    case "taps": {
      const inputs = { x: values.get(x!, "tiles"), w: values.get(w!, layout) };
      return { maps: winogradConv(rule, inputs, g), bias };
    }
    case "stripTaps": {
      const inputs = {
        x: values.get(x!, "maps"),
        w: values.get(w!, layout),
        bias,
        isConstant: isConstant(plan.canonical, w!),
      };
      return { maps: stripConv(rule, inputs, g) };
    }
    case "filter":
      return undefined;
  }
}

/** A convolution by tiles or strips. */
interface Unfinished {
  readonly maps: Value;
  /** What is still to be added. */
  readonly bias?: Value | undefined;
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
  { maps, bias, sum, relu }: Unfinished & {
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
