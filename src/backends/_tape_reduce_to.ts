import type { Backend, Operand } from "./backend.ts";
import { sameShape } from "./_shape.ts";

/**
 * The way back of broadcasting: sums `gradient` over the axes along which
 * `operand` was repeated, down to the operand's shape.
 */
export function reduceTo<T>(
  backend: Backend<T>,
  gradient: T,
  operand: Operand<T>,
): T {
  if (typeof operand === "number") return gradient;
  const from = backend.shape(gradient);
  const to = backend.shape(operand);
  if (sameShape(from, to)) return gradient;
  const missing = from.length - to.length;
  const axes = from.flatMap((length, axis) =>
    length !== 1 && (axis < missing || to[axis - missing] === 1) ? [axis] : []
  );
  const summed = axes.length === 0 ? gradient : backend.sum(gradient, axes);
  return missing === 0 ? summed : backend.reshape(summed, to);
}
