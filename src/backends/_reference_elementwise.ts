/**
 * Element-wise operations of the reference backend.
 *
 * @module
 */
import type { Backend, Operand } from "./backend.ts";
import { broadcastStrides, offsetsOf } from "./_reference_tensor.ts";
import type { ReferenceTensor } from "./_reference_tensor.ts";
import { broadcastShapes, sizeOf } from "./_shape.ts";

type Elementwise = Pick<
  Backend<ReferenceTensor>,
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "maximum"
  | "minimum"
  | "equal"
  | "where"
  | "neg"
  | "abs"
  | "exp"
  | "log"
  | "sqrt"
  | "erf"
  | "sigmoid"
  | "relu"
  | "step"
  | "stopGradient"
>;

/** Operations that compute each element from the elements at its place. */
export const referenceElementwise: Elementwise = {
  add: binary("add", (a, b) => a + b),
  sub: binary("sub", (a, b) => a - b),
  mul: binary("mul", (a, b) => a * b),
  div: binary("div", (a, b) => a / b),
  maximum: binary("maximum", Math.max),
  minimum: binary("minimum", Math.min),
  equal: binary("equal", (a, b) => a === b ? 1 : 0),
  where: select,
  neg: unary((x) => -x),
  abs: unary(Math.abs),
  exp: unary(Math.exp),
  log: unary(Math.log),
  sqrt: unary(Math.sqrt),
  erf: unary(erf),
  sigmoid: unary((x) => 1 / (1 + Math.exp(-x))),
  relu: unary((x) => Math.max(0, x)),
  step: unary((x) => x > 0 ? 1 : 0),
  stopGradient: unary((x) => x),
};

function unary(
  f: (x: number) => number,
): (x: ReferenceTensor) => ReferenceTensor {
  return ({ shape, data }) => ({ shape, data: data.map((x) => f(x)) });
}

function binary(
  fn: string,
  f: (a: number, b: number) => number,
): (
  a: Operand<ReferenceTensor>,
  b: Operand<ReferenceTensor>,
) => ReferenceTensor {
  return (left, right) => {
    const [a, b] = [lift(left), lift(right)];
    const shape = broadcastShapes(fn, a.shape, b.shape);
    const offsetsA = offsetsOf(shape, broadcastStrides(a.shape, shape));
    const offsetsB = offsetsOf(shape, broadcastStrides(b.shape, shape));
    const data = new Float64Array(sizeOf(shape));
    for (let i = 0; i < data.length; i++) {
      data[i] = f(a.data[offsetsA[i]!]!, b.data[offsetsB[i]!]!);
    }
    return { shape, data };
  };
}

function select(
  condition: ReferenceTensor,
  left: Operand<ReferenceTensor>,
  right: Operand<ReferenceTensor>,
): ReferenceTensor {
  const [a, b] = [lift(left), lift(right)];
  const shape = broadcastShapes("where", condition.shape, a.shape, b.shape);
  const [offsetsC, offsetsA, offsetsB] = [condition, a, b].map((x) =>
    offsetsOf(shape, broadcastStrides(x.shape, shape))
  ) as [Int32Array, Int32Array, Int32Array];
  const data = new Float64Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) {
    data[i] = condition.data[offsetsC[i]!] !== 0
      ? a.data[offsetsA[i]!]!
      : b.data[offsetsB[i]!]!;
  }
  return { shape, data };
}

function lift(x: Operand<ReferenceTensor>): ReferenceTensor {
  return typeof x === "number" ? { shape: [], data: Float64Array.of(x) } : x;
}

/**
 * `erf(x) = 2 / sqrt(pi) e^(-x^2) sum over n of 2^n x^(2n + 1) / (2n + 1)!!`,
 * whose terms all have one sign, so that nothing cancels.
 */
function erf(x: number): number {
  // Beyond 6 the complement is under 3e-17, less than float64 holds beside 1.
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let total = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(total); n++) {
    term *= 2 * x * x / (2 * n + 1);
    total += term;
  }
  return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * total;
}
