/**
 * Chooses a layout for every node of a graph before anything is written:
 * convolutions vote, and element-wise operations carry the votes along.
 *
 * @module
 */
import type { Shape } from "../../backend.ts";
import { sameShape, sizeOf } from "../../_shape.ts";
import type { OnnxTensor, OperationName, OperationNode } from "../graph.ts";
import type { GraphPlan } from "../lowering.ts";
import { constantsOf } from "./_constants_of.ts";
import type { Layout } from "./_layout.ts";
import {
  hasFilterGrad,
  hasInputGrad,
  hasPlanes,
  isBlockable,
  isConv,
  isImage,
  isStemPoolGrad,
  windowOf,
} from "./_window.ts";
import { filterLayoutOf } from "./winograd/filter_layout_of.ts";
import { forwardLayoutOf } from "./winograd/forward_layout_of.ts";

/** Operations whose rule is the same in every layout. */
const ELEMENTWISE: ReadonlySet<OperationName> = new Set<OperationName>([
  "add",
  "sub",
  "mul",
  "div",
  "maximum",
  "minimum",
  "neg",
  "abs",
  "exp",
  "log",
  "sqrt",
  "sigmoid",
  "relu",
  "step",
]);

/** The layout that each canonical node would best be in. */
export function chooseLayouts(
  plan: GraphPlan,
  block: number,
): (x: OnnxTensor) => Layout {
  const parents = new Map<OnnxTensor, OnnxTensor>();
  const find = (x: OnnxTensor): OnnxTensor => {
    let root = x;
    for (let up = parents.get(root); up; up = parents.get(root)) root = up;
    if (root !== x) parents.set(x, root);
    return root;
  };
  for (const node of plan.operations) {
    if (!isElementwise(node)) continue;
    for (const input of node.inputs.map(plan.canonical)) {
      if (!sameShape(input.shape, node.shape)) continue;
      const [a, b] = [find(input), find(node)];
      if (a !== b) parents.set(a, b);
    }
  }
  const votes = new Map<OnnxTensor, Set<Layout>>();
  const isConstant = constantsOf(plan);
  for (const node of plan.operations) {
    for (const [x, layout] of votesOf(plan, node, { block, isConstant })) {
      const root = find(plan.canonical(x));
      votes.set(root, (votes.get(root) ?? new Set()).add(layout));
    }
  }
  return (x) => elected(votes.get(find(plan.canonical(x))));
}

/**
 * Whether a node can be written element by element in whatever layout its
 * operands share: they have its shape, or one element, or stand for the
 * output channels of a filter.
 */
export function isElementwise(
  { operation, shape, inputs }: OperationNode,
): boolean {
  return ELEMENTWISE.has(operation) && shape.length === 4 &&
    inputs.every((x) =>
      sameShape(x.shape, shape) || sizeOf(x.shape) === 1 ||
      isPerOutput(x.shape, shape)
    );
}

/** Whether `shape` is `[O, 1, 1, 1]` beside `of [O, I, kh, kw]`. */
export function isPerOutput(shape: Shape, of: Shape): boolean {
  return shape.length === 4 && of.length === 4 && shape[0] === of[0] &&
    sizeOf(shape) === of[0];
}

function elected(votes: ReadonlySet<Layout> | undefined): Layout {
  if (votes === undefined) return "plain";
  const [first, second, third] = [...votes];
  if (second === undefined) return first!;
  // Planes are a way to hold maps.
  const areMaps = third === undefined && votes.has("maps") &&
    votes.has("planes");
  return areMaps ? "maps" : "plain";
}

function votesOf(
  plan: GraphPlan,
  node: OperationNode,
  { block, isConstant }: {
    readonly block: number;
    readonly isConstant: (x: OnnxTensor) => boolean;
  },
): readonly (readonly [OnnxTensor, Layout])[] {
  const [a, b] = node.inputs;
  if (isConv(node)) {
    const g = windowOf(node);
    if (node.operation === "conv2d" && isBlockable(g, block)) {
      return isImage(g, block)
        ? [
          [node, isStem(plan, node, block) ? "planes" : "maps"],
          [b!, "imageFilter"],
        ]
        : [
          [node, "maps"],
          [a!, "maps"],
          [b!, forwardLayoutOf(g, { block, isConstant: isConstant(b!) })],
        ];
    }
    const filterLayout = filterLayoutOf(g, block);
    if (node.operation === "conv2dInputGrad" && hasInputGrad(g, block)) {
      return [[node, "maps"], [a!, "maps"], [b!, filterLayout]];
    }
    if (node.operation === "conv2dFilterGrad") {
      if (hasFilterGrad(g, block)) {
        return [[node, filterLayout], [a!, "maps"], [b!, "maps"]];
      }
      if (isImage(g, block) && g.filters % block === 0) {
        return [[node, "imageFilter"]];
      }
    }
    return [];
  }
  if (node.operation === "maxPool2dGrad") {
    const x = plan.canonical(a!);
    return isStem(plan, x, block) &&
        isStemPoolGrad(plan, node as OperationNode<"maxPool2dGrad">)
      ? [[node, "planes"]]
      : [];
  }
  return [];
}

/** Whether `x` is the convolution of a picture before a pool whose gradient is written on planes. */
function isStem(plan: GraphPlan, x: OnnxTensor, block: number): boolean {
  return x.kind === "operation" && x.operation === "conv2d" &&
    hasPlanes(windowOf(x as OperationNode<"conv2d">), block) &&
    plan.consumers(x).some((other) =>
      other.operation === "maxPool2dGrad" &&
      plan.canonical(other.inputs[0]!) === x &&
      isStemPoolGrad(plan, other as OperationNode<"maxPool2dGrad">)
    );
}
