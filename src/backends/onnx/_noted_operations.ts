import type { OnnxTensor } from "./graph.ts";
import { type Operations, operations } from "./_record.ts";

/** The operations that record, which tell `note` of every tensor that they read. */
export function notedOperations(
  note: (x: OnnxTensor) => void,
): Operations {
  const { shape, ...recording } = operations;
  const noted = Object.entries(recording).map(([name, record]) => {
    const call = record as (...operands: readonly unknown[]) => OnnxTensor;
    return [name, (...operands: readonly unknown[]): OnnxTensor => {
      const x = call(...operands);
      if (x.kind === "operation") x.inputs.forEach(note);
      // What changes nothing gives back its operand.
      else note(x);
      return x;
    }] as const;
  });
  return { shape, ...Object.fromEntries(noted) } as Operations;
}
