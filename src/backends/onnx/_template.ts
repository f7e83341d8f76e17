/**
 * Finds in a recorded graph what a small program records.
 *
 * @module
 */
import type { Backend } from "../backend.ts";
import { sameShape } from "../_shape.ts";
import { leaf, pullBack } from "../_tape_node.ts";
import { tape } from "../tape.ts";
import type { OnnxTensor } from "./graph.ts";
import type { GraphPlan } from "./lowering.ts";
import { operations } from "./_record.ts";

/** Operations that record, and nothing else of a backend. */
export const recorder = operations as Backend<OnnxTensor>;

/** What stands where a hole of a template is. */
export type Bindings = ReadonlyMap<OnnxTensor, OnnxTensor>;

/**
 * Whether `x` was recorded as `template` was; `holes` are the nodes of the
 * template that stand for any node of their shape.
 *
 * @returns What the holes stand for, or `undefined`.
 */
export function matchTemplate(
  plan: GraphPlan,
  x: OnnxTensor,
  { template, holes }: {
    readonly template: OnnxTensor;
    readonly holes: readonly OnnxTensor[];
  },
): Bindings | undefined {
  const bound = new Map<OnnxTensor, OnnxTensor>();
  const matches = (wanted: OnnxTensor, actual: OnnxTensor): boolean => {
    const found = plan.canonical(actual);
    const before = bound.get(wanted);
    if (before !== undefined) return before === found;
    if (!sameShape(wanted.shape, found.shape)) return false;
    bound.set(wanted, found);
    if (holes.includes(wanted)) return true;
    if (wanted.kind === "constant") {
      return found.kind === "constant" && found.digest === wanted.digest;
    }
    return wanted.kind === "operation" && found.kind === "operation" &&
      wanted.operation === found.operation &&
      JSON.stringify(wanted.attributes) === JSON.stringify(found.attributes) &&
      wanted.inputs.length === found.inputs.length &&
      wanted.inputs.every((input, i) => matches(input, found.inputs[i]!));
  };
  return matches(template, x) ? bound : undefined;
}

/** The gradients of `sum(f(xs) * dy)` by `xs`, as the tape records them. */
export function gradientTemplates(
  f: <T>(backend: Backend<T>, ...xs: readonly T[]) => T,
  xs: readonly OnnxTensor[],
  dy: OnnxTensor,
): readonly OnnxTensor[] {
  const leaves = xs.map(leaf);
  const y = f(tape(recorder), ...leaves);
  return pullBack(recorder, y, dy, leaves).map((x) => x!);
}
