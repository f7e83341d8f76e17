import type { OnnxTensor, OperationNode } from "../graph.ts";
import type { Value } from "../model_builder.ts";
import { conv, convPlanes, RELU } from "./_conv.ts";
import type { RuleTarget } from "./_rule_target.ts";
import { depthwise } from "./_depthwise.ts";
import type { Fusion } from "./_fusion.ts";
import type { Scope } from "./_scope.ts";
import {
  type ConvNode,
  hasPlanes,
  isBlockable,
  isImage,
  type Window,
  windowOf,
} from "./_window.ts";
import { forwardLayoutOf } from "./winograd/forward_layout_of.ts";
import { groupedWinogradConv } from "./winograd/grouped_winograd.ts";
import { stripConv, stripsFor } from "./winograd/strips.ts";
import { winogradConv } from "./winograd/winograd.ts";

/**
 * Writes a convolution with what it swallows. In: `maps` or a row-major picture,
 * and weights in blocks; out: `maps`, or `planes` where they are wanted.
 */
export function lowerForward(
  scope: Scope,
  node: OperationNode,
  { conv: convolution, sum, relu }: Fusion,
): boolean {
  const { plan, rule, values, layoutOf } = scope;
  const g = windowOf(convolution);
  const { block } = rule;
  if (!isBlockable(g, block)) return false;
  const added = sum && values.get(sum, "maps");
  const fast = fastConv(scope, convolution, g);
  if (fast !== undefined) {
    const rest = { ...fast, sum: added, relu };
    values.set(node, "maps", [finished(rule, rest, g)]);
    return true;
  }
  const [x, w, bias] = convolution.inputs.map(plan.canonical);
  const isPicture = isImage(g, block);
  const inputs = {
    x: values.get(x!, isPicture ? "plain" : "maps"),
    w: values.get(w!, isPicture ? "imageFilter" : "filter"),
    bias: bias && values.get(bias, "plain"),
    // ONNX Runtime's convolution overwrites what it adds. Where that is read
    // later, the runtime would copy it by one thread; this copies it by all.
    // What a gradient adds has no other reader.
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
function fastConv(
  { plan, rule, values, isConstant }: Scope,
  convolution: ConvNode,
  g: Window,
): FastConv | undefined {
  const [x, w, offset] = convolution.inputs.map(plan.canonical);
  const bias = offset && values.get(offset, "plain");
  const isFixed = isConstant(w!);
  const layout = forwardLayoutOf(g, {
    block: rule.block,
    isConstant: isFixed,
  });
  switch (layout) {
    case "blockedTaps": {
      const inputs = {
        x: values.get(x!, "blockedTiles"),
        w: values.get(w!, layout),
        bias,
      };
      return { maps: groupedWinogradConv(rule, inputs, g) };
    }
    case "taps": {
      const inputs = { x: values.get(x!, "tiles"), w: values.get(w!, layout) };
      return { maps: winogradConv(rule, inputs, g), bias };
    }
    case "stripTaps": {
      const inputs = {
        x: values.get(x!, "maps"),
        w: values.get(w!, layout),
        bias,
        cut: stripsFor(g, isFixed),
      };
      return { maps: stripConv(rule, inputs, g) };
    }
    case "filter":
      return undefined;
  }
}

/** Maps by tiles or strips, and the bias that they do not have yet. */
interface FastConv {
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
  { maps, bias, sum, relu }: FastConv & {
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
