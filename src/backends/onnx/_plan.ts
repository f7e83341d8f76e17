/**
 * Orders a recorded graph and merges nodes of equal structure.
 *
 * @module
 */
import type { OnnxTensor, OperationNode, TensorLeaf } from "./graph.ts";
import type { GraphPlan } from "./lowering.ts";

/** A plan together with what feeds it and what tells it from others. */
export interface OrderedPlan extends GraphPlan {
  /** What is fed, in the order in which it was met. */
  readonly feeds: readonly OnnxTensor[];
  /** Constants of distinct content. */
  readonly constants: readonly OnnxTensor[];
  /** Equal for graphs that one session can run. */
  readonly signature: string;
}

/**
 * Collects what `outputs` depend on.
 *
 * @param outputs What is wanted.
 * @param isFed Whether an operation's value is already there and can be fed.
 * @returns Every node once, inputs first.
 */
export function planGraph(
  outputs: readonly OnnxTensor[],
  isFed: (x: OnnxTensor) => boolean,
): OrderedPlan {
  const ids = new Map<OnnxTensor, number>();
  const byKey = new Map<string, number>();
  const nodes: OnnxTensor[] = [];
  const keys: string[] = [];
  const feeds: (TensorLeaf | OperationNode)[] = [];
  const constants: OnnxTensor[] = [];
  const operations: OperationNode[] = [];
  const readers: OperationNode[][] = [];

  const add = (x: OnnxTensor, key: string): number => {
    const id = nodes.push(x) - 1;
    keys.push(key);
    readers.push([]);
    return id;
  };
  const visit = (x: OnnxTensor): number => {
    if (x.kind === "constant") {
      const key = `constant ${x.digest}[${x.shape}]`;
      const found = byKey.get(key);
      if (found !== undefined) return found;
      constants.push(x);
      const id = add(x, key);
      byKey.set(key, id);
      return id;
    }
    if (x.kind === "tensor" || isFed(x)) {
      feeds.push(x);
      // What lies behind a fed operation is not in the plan: a leaf stands for it.
      const leaf: TensorLeaf = x.kind === "tensor"
        ? x
        : { kind: "tensor", shape: x.shape };
      const id = add(leaf, `feed [${x.shape}]`);
      ids.set(leaf, id);
      return id;
    }
    const inputs = x.inputs.map((input) => ids.get(input)!);
    const key = `${x.operation}(${inputs})[${x.shape}]` +
      JSON.stringify(x.attributes);
    const found = byKey.get(key);
    if (found !== undefined) return found;
    operations.push(x);
    const id = add(x, key);
    byKey.set(key, id);
    for (const input of new Set(inputs)) readers[input]!.push(x);
    return id;
  };

  // An explicit stack: a training step is deeper than the call stack allows.
  const stack = [...outputs].reverse();
  while (stack.length > 0) {
    const x = stack.at(-1)!;
    const pending = ids.has(x) || x.kind !== "operation" || isFed(x)
      ? []
      : x.inputs.filter((input) => !ids.has(input));
    if (pending.length > 0) {
      stack.push(...pending);
      continue;
    }
    stack.pop();
    if (!ids.has(x)) ids.set(x, visit(x));
  }

  const canonical = (x: OnnxTensor): OnnxTensor => nodes[ids.get(x)!]!;
  const wanted = outputs.map((x) => ids.get(x)!);
  return {
    operations,
    outputs: wanted.map((id) => nodes[id]!),
    feeds,
    constants,
    canonical,
    consumers: (x) => readers[ids.get(x)!]!,
    signature: `${keys.join("\n")}\n-> ${wanted}`,
  };
}
