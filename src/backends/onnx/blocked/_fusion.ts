/**
 * Finds what one convolution writes at once: what is added to it, and a ReLU.
 *
 * @module
 */
import { sameShape } from "../../_shape.ts";
import type { OnnxTensor, OperationNode } from "../graph.ts";
import type { GraphPlan } from "../lowering.ts";
import {
  type ConvNode,
  hasInputGrad,
  isBlockable,
  isConv,
  isImage,
  isPointwise,
  windowOf,
} from "./_window.ts";

/** Operations that become one. */
export interface Fusion {
  /** The convolution, or a gradient by its input. */
  readonly conv: ConvNode;
  /** Added to it. */
  readonly sum?: OnnxTensor;
  /** Whether a ReLU follows. */
  readonly relu: boolean;
}

/** Fusions by the operation that is written, and those that it swallows. */
export interface Fusions {
  /** What is written in place of an operation. */
  readonly of: (node: OperationNode) => Fusion | undefined;
  /** Whether another operation writes this one. */
  readonly swallows: (node: OperationNode) => boolean;
}

/** Finds the fusions of a graph. */
export function findFusions(plan: GraphPlan, block: number): Fusions {
  const outputs = new Set(plan.outputs);
  const fusions = new Map<OnnxTensor, Fusion>();
  const swallowed = new Set<OnnxTensor>();
  const isSole = (x: OnnxTensor): boolean =>
    !outputs.has(x) && plan.consumers(x).length === 1;
  /** `x` as a convolution that only one operation reads. */
  const loose = (x: OnnxTensor): ConvNode | undefined => {
    if (x.kind !== "operation" || !isConv(x) || !isSole(x)) return undefined;
    const g = windowOf(x);
    const fits = x.operation === "conv2d"
      ? isBlockable(g, block) && !isImage(g, block)
      : x.operation === "conv2dInputGrad" && hasInputGrad(g, block);
    return fits ? x : undefined;
  };
  for (const node of plan.operations) {
    const [a, b] = node.inputs.map(plan.canonical);
    if (node.operation === "add" && a !== b && sameShape(a!.shape, b!.shape)) {
      const sums = [[a!, b!], [b!, a!]].flatMap(([x, sum]): Fusion[] => {
        const conv = loose(x!);
        return conv ? [{ conv, sum: sum!, relu: false }] : [];
      });
      const best = sums.find(takesSum) ?? sums.find(isSpread);
      if (best === undefined) continue;
      if (isSpread(best) && !isCorner(loose(best.sum!))) continue;
      fusions.set(node, best);
      swallowed.add(best.conv);
      if (isSpread(best)) swallowed.add(best.sum!);
    }
    if (node.operation === "relu") {
      const conv = loose(a!);
      const added = isSole(a!) ? fusions.get(a!) : undefined;
      const fusion = conv?.operation === "conv2d"
        ? { conv, relu: true }
        : added?.conv.operation === "conv2d"
        ? { ...added, relu: true }
        : undefined;
      if (fusion === undefined) continue;
      fusions.set(node, fusion);
      swallowed.add(a!);
    }
  }
  return {
    of: (node) => fusions.get(node),
    swallows: (node) => swallowed.has(node),
  };
}

/** One convolution writes all of its result, and can add to it. */
function takesSum({ conv }: Fusion): boolean {
  return conv.operation === "conv2d" || conv.attributes.stride === 1;
}

/** The gradient of a 3x3 filter at stride 2, written plane by plane. */
function isSpread({ conv }: Fusion): boolean {
  return !takesSum({ conv, relu: false }) && !isPointwise(windowOf(conv));
}

/** The gradient of a 1x1 filter at stride 2: it meets the first plane alone. */
function isCorner(conv: ConvNode | undefined): boolean {
  return conv !== undefined && conv.operation === "conv2dInputGrad" &&
    conv.attributes.stride === 2 && isPointwise(windowOf(conv));
}
