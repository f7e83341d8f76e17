/**
 * Nodes of a tape and the way back through them.
 *
 * @module
 */
import type { Backend, Operand } from "./backend.ts";

/** A tensor of another backend with what a gradient needs to pass through it. */
export interface Taped<T> {
  /** Tensor of the inner backend. */
  readonly value: T;
  /** How it came about; absent where no differentiated tensor flows in. */
  readonly record?: TapeRecord<T>;
}

/** One differentiable step of a tape. */
export interface TapeRecord<T> {
  /** Place in the order of creation; below that of whatever was made from it. */
  readonly sequence: number;
  /** Operands; those without a record of their own take no gradient. */
  readonly inputs: readonly Operand<Taped<T>>[];
  /**
   * Vector-Jacobian products: from the gradient by this node, one function for
   * each of `inputs`, so that an operand that takes no gradient costs nothing.
   */
  readonly pull: (dy: T) => readonly (() => T)[];
}

/** A tensor to differentiate by: nothing comes before it. */
export function leaf<T>(value: T): Taped<T> {
  return { value, record: { sequence: -1, inputs: [], pull: () => [] } };
}

/** Every node that a gradient passes on its way from `outputs`, latest first. */
export function recordedNodes<T>(
  outputs: readonly Taped<T>[],
  from: number = -Infinity,
): readonly Recorded<T>[] {
  const found = new Set<Recorded<T>>();
  const pending: Operand<Taped<T>>[] = [...outputs];
  // A stack of its own: chains are longer than the call stack is deep.
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (isRecorded(node) && node.record.sequence >= from && !found.has(node)) {
      found.add(node);
      pending.push(...node.record.inputs);
    }
  }
  return [...found].sort((a, b) => b.record.sequence - a.record.sequence);
}

/**
 * Gradients of `sum(output * cotangent)` by each of `leaves`, as operations of
 * `backend`; `undefined` where nothing flows.
 */
export function pullBack<T>(
  backend: Backend<T>,
  output: Taped<T>,
  cotangent: T,
  leaves: readonly Taped<T>[],
): readonly (T | undefined)[] {
  const gradients = new Map<Taped<T>, T>([[output, cotangent]]);
  for (const node of recordedNodes([output])) {
    const pulls = node.record.pull(gradients.get(node)!);
    node.record.inputs.forEach((input, i) => {
      if (!isRecorded(input)) return;
      const flow = pulls[i]!();
      const before = gradients.get(input);
      gradients.set(
        input,
        before === undefined ? flow : backend.add(before, flow),
      );
    });
  }
  return leaves.map((x) => gradients.get(x));
}

/** A node into which a differentiated tensor flows. */
export type Recorded<T> = Taped<T> & { readonly record: TapeRecord<T> };

/** Whether a differentiated tensor flows into the operand. */
export function isRecorded<T>(node: Operand<Taped<T>>): node is Recorded<T> {
  return typeof node !== "number" && node.record !== undefined;
}

/** The inner tensor of an operand; a number stays one. */
export function valueOf<T>(x: Operand<Taped<T>>): Operand<T> {
  return typeof x === "number" ? x : x.value;
}
