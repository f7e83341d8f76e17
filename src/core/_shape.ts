import type { Backend, Operand, Shape } from "../backends/backend.ts";
import { OptionError, ShapeError } from "./errors.ts";

/** Axis lengths as a tuple, or a ShapeError that shows the documented axes. */
export function axes<const N extends readonly string[]>(
  fn: string,
  param: string,
  shape: Shape,
  names: N,
): { readonly [K in keyof N]: number } {
  if (shape.length !== names.length) {
    throw new ShapeError(fn, param, `[${names.join(", ")}]`, shape);
  }
  return shape as unknown as { readonly [K in keyof N]: number };
}

/** Throws where there is no keypoint to take a mean over. */
export function someKeypoint(fn: string, param: string, shape: Shape): void {
  if (shape[1] === 0) {
    throw new ShapeError(fn, param, "of at least one keypoint", shape);
  }
}

/** Throws unless `value` is a finite number above 0. */
export function positive(fn: string, param: string, value: number): void {
  if (!(value > 0 && Number.isFinite(value))) {
    throw new OptionError(fn, param, "a finite number > 0", value);
  }
}

/** A temperature `[]` or `[B]` shaped to divide a tensor of `rank` axes that starts with `B`. */
export function perPair<T>(
  backend: Backend<T>,
  fn: string,
  param: string,
  options: {
    readonly beta: Operand<T>;
    readonly batch: number;
    readonly rank: number;
  },
): Operand<T> {
  const { beta, batch, rank } = options;
  if (typeof beta === "number") {
    positive(fn, param, beta);
    return beta;
  }
  const shape = backend.shape(beta);
  if (shape.length === 0) return beta;
  if (shape.length !== 1 || (shape[0] !== batch && shape[0] !== 1)) {
    throw new ShapeError(fn, param, `[] or [${batch}]`, shape);
  }
  return backend.reshape(beta, [
    shape[0] as number,
    ...Array<number>(rank - 1).fill(1),
  ]);
}

/** `x / divisor`, without the work where the divisor is the number 1. */
export function divide<T>(backend: Backend<T>, x: T, divisor: Operand<T>): T {
  return divisor === 1 ? x : backend.div(x, divisor);
}
