/**
 * Replaces what is recorded as several operations by one that ONNX Runtime
 * has, or whose gradient needs less than its parts: every lowering reads the
 * graph that comes out.
 *
 * @module
 */
import type { Shape } from "../backend.ts";
import { attentionPatterns } from "./_attention_pattern.ts";
import { concatPattern } from "./_concat_pattern.ts";
import { geluPatterns } from "./_gelu_pattern.ts";
import type { OnnxTensor, OperationName, OperationNode } from "./graph.ts";
import { layerNormPatterns } from "./_layer_norm_pattern.ts";
import type { DeviceTraits, GraphPlan } from "./lowering.ts";
import type { Pattern } from "./_pattern.ts";
import type { OrderedPlan } from "./_plan.ts";

/** `plan` with every pattern replaced that `device` has an operator for. */
export function fuseOperations(
  plan: OrderedPlan,
  device: DeviceTraits,
): OrderedPlan {
  const attention = attentionPatterns(plan);
  const patternsOf = patternsByShape(plan, device);
  const fused = new Map<OnnxTensor, OperationNode>();
  for (const node of plan.operations) {
    for (const pattern of [...attention, ...patternsOf(node)]) {
      const found = pattern(plan, node);
      if (found === undefined) continue;
      fused.set(node, found);
      break;
    }
  }
  return fused.size === 0 ? plan : replaceNodes(plan, fused);
}

function patternsByShape(
  plan: GraphPlan,
  device: DeviceTraits,
): (node: OperationNode) => readonly Pattern[] {
  const known = new Map<string, readonly Pattern[]>();
  // Templates take milliseconds: longer than it takes to see that there is none.
  const hasGelu = device.gelu &&
    plan.operations.some(({ operation }) => operation === "erf");
  return (node) => {
    const shape = patternShape(plan, node);
    if (shape === undefined) return [];
    const patterns = known.get(`${shape}`) ??
      patternsFor(shape, { ...device, gelu: hasGelu });
    known.set(`${shape}`, patterns);
    return patterns;
  };
}

/** Shape of what a pattern that ends in `node` is about. */
function patternShape(
  plan: GraphPlan,
  { operation, inputs, shape }: OperationNode,
): Shape | undefined {
  const behind = (x: OnnxTensor | undefined, name: OperationName) => {
    const found = x && plan.canonical(x);
    return found?.kind === "operation" && found.operation === name
      ? plan.canonical(found.inputs[0]!).shape
      : undefined;
  };
  switch (operation) {
    case "add":
    case "sub":
      return shape;
    case "reshape":
      return behind(inputs[0], "sum");
    case "matMul":
      return behind(inputs[1], "reshape");
    default:
      return undefined;
  }
}

function patternsFor(shape: Shape, device: DeviceTraits): readonly Pattern[] {
  return [
    matMulAdd,
    concatPattern,
    ...(device.gelu ? geluPatterns(shape) : []),
    ...(device.layerNormStatistics && shape.length > 1
      ? layerNormPatterns(shape)
      : []),
  ];
}

/** A product of matrices and a row added to it. */
function matMulAdd(
  plan: GraphPlan,
  { operation, inputs, shape }: OperationNode,
): OperationNode | undefined {
  if (operation !== "add" || shape.length !== 2) return undefined;
  const [product, row] = inputs.map(plan.canonical);
  if (product?.kind !== "operation" || product.operation !== "matMul") {
    return undefined;
  }
  if (row!.shape.length !== 1 || row!.shape[0] !== shape[1]) return undefined;
  if (plan.outputs.includes(product) || plan.consumers(product).length > 1) {
    return undefined;
  }
  const { attributes } = product as OperationNode<"matMul">;
  return {
    kind: "operation",
    operation: "matMulAdd",
    inputs: [...product.inputs, row!],
    attributes,
    shape,
  };
}

/** `plan` with other nodes in the places of some, without what only those read. */
function replaceNodes(
  plan: OrderedPlan,
  fused: ReadonlyMap<OnnxTensor, OperationNode>,
): OrderedPlan {
  const made = new Set<OnnxTensor>(fused.values());
  const canonical = (x: OnnxTensor): OnnxTensor => {
    if (made.has(x)) return x;
    const node = plan.canonical(x);
    return fused.get(node) ?? node;
  };
  const outputs = plan.outputs.map(canonical);
  const readers = new Map<OnnxTensor, OperationNode[]>();
  const live = new Set<OnnxTensor>();
  const pending = [...outputs];
  for (let x = pending.pop(); x !== undefined; x = pending.pop()) {
    if (live.has(x)) continue;
    live.add(x);
    if (x.kind === "operation") pending.push(...x.inputs.map(canonical));
  }
  const operations = inputsFirst(
    plan.operations
      .map((node) => fused.get(node) ?? node)
      .filter((node) => live.has(node)),
    canonical,
  );
  for (const node of operations) {
    for (const input of new Set(node.inputs.map(canonical))) {
      const list = readers.get(input) ?? [];
      readers.set(input, list);
      list.push(node);
    }
  }
  return {
    ...plan,
    operations,
    outputs,
    canonical,
    consumers: (x) => readers.get(canonical(x)) ?? [],
  };
}

/** The same nodes, moved only where one now reads what came behind it. */
function inputsFirst(
  operations: readonly OperationNode[],
  canonical: GraphPlan["canonical"],
): readonly OperationNode[] {
  const waiting = new Set<OnnxTensor>(operations);
  const ordered: OperationNode[] = [];
  const stack = operations.toReversed();
  for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
    const pending = waiting.has(node)
      ? node.inputs.map(canonical).filter((x) => waiting.has(x))
      : [];
    if (pending.length > 0) {
      stack.push(...pending as OperationNode[]);
      continue;
    }
    stack.pop();
    if (waiting.delete(node)) ordered.push(node);
  }
  return ordered;
}
