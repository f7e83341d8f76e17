/**
 * The table of vector-Jacobian products: how the gradient by an operation's
 * result becomes gradients by its operands, in operations of any backend.
 *
 * @module
 */
import type { Backend } from "./backend.ts";
import { layoutRules } from "./_tape_layout_rules.ts";
import { reduceTo } from "./_tape_reduce_to.ts";
import { UnsupportedOperationError } from "./errors.ts";

/** Operations that pass a gradient on. */
export type RuledOperation = Exclude<
  keyof Backend<unknown>,
  | "name"
  | "precision"
  | "recordsGradients"
  | "tensor"
  | "constant"
  | "shape"
  | "read"
  | "compile"
  | "tidy"
  | "dispose"
  | "memory"
  | "close"
  | "equal"
  | "step"
  | "stopGradient"
  | "argMax"
>;

/**
 * From the result `y`, the gradient `dy` by it and the operation's own
 * arguments: one function for each tensor operand, in their order, that gives
 * the gradient by it. What several of them share is computed before them.
 */
export type Rule<Name extends RuledOperation> = <T>(
  backend: Backend<T>,
  result: { readonly y: T; readonly dy: T },
  ...operands: Parameters<Backend<T>[Name]>
) => readonly (() => T)[];

/** Rules of some operations. */
export type Rules<Name extends RuledOperation> = {
  readonly [N in Name]: Rule<N>;
};

/** One rule for each operation. */
export const rules: Rules<RuledOperation> = {
  ...layoutRules,

  add: (be, { dy }, a, b) => [
    () => reduceTo(be, dy, a),
    () => reduceTo(be, dy, b),
  ],
  sub: (be, { dy }, a, b) => [
    () => reduceTo(be, dy, a),
    () => be.neg(reduceTo(be, dy, b)),
  ],
  mul: (be, { dy }, a, b) => [
    () => reduceTo(be, be.mul(dy, b), a),
    () => reduceTo(be, be.mul(dy, a), b),
  ],
  div: (be, { y, dy }, a, b) => {
    const scaled = be.div(dy, b);
    return [
      () => reduceTo(be, scaled, a),
      () => be.neg(reduceTo(be, be.mul(scaled, y), b)),
    ];
  },
  maximum: extremum,
  minimum: extremum,
  // Zeros by `where`, not by a product: the other branch may be infinite.
  where: (be, { dy }, condition, a, b) => [
    () => reduceTo(be, be.where(condition, dy, 0), a),
    () => reduceTo(be, be.where(condition, 0, dy), b),
  ],

  neg: (be, { dy }) => [() => be.neg(dy)],
  abs: (be, { dy }, x) => [
    () => be.mul(dy, be.sub(be.step(x), be.step(be.neg(x)))),
  ],
  exp: (be, { y, dy }) => [() => be.mul(dy, y)],
  log: (be, { dy }, x) => [() => be.div(dy, x)],
  sqrt: (be, { y, dy }) => [() => be.div(be.mul(dy, 0.5), y)],
  erf: (be, { dy }, x) => [
    () => {
      const bell = be.exp(be.neg(be.mul(x, x)));
      return be.mul(dy, be.mul(bell, 2 / Math.sqrt(Math.PI)));
    },
  ],
  sigmoid: (be, { y, dy }) => [() => be.mul(dy, be.mul(y, be.sub(1, y)))],
  relu: (be, { y, dy }) => [() => be.mul(dy, be.step(y))],

  matMul: (
    be,
    { dy },
    a,
    b,
    { transposeA = false, transposeB = false } = {},
  ) => [
    () =>
      transposeA
        ? be.matMul(b, dy, { transposeA: transposeB, transposeB: true })
        : be.matMul(dy, b, { transposeB: !transposeB }),
    () =>
      transposeB
        ? be.matMul(dy, a, { transposeA: true, transposeB: transposeA })
        : be.matMul(a, dy, { transposeA: !transposeA }),
  ],
  conv2d: (be, { dy }, x, w, { stride, padding, bias }) => {
    const [, , height, width] = be.shape(x) as Rank4;
    const [, , kernelHeight, kernelWidth] = be.shape(w) as Rank4;
    return [
      () =>
        be.conv2dInputGrad(dy, w, {
          stride,
          padding,
          inputSize: [height, width],
        }),
      () =>
        be.conv2dFilterGrad(x, dy, {
          stride,
          padding,
          kernelSize: [kernelHeight, kernelWidth],
        }),
      () => be.reshape(be.sum(dy, [0, 2, 3]), be.shape(bias!)),
    ];
  },
  maxPool2d: (be, { dy }, x, options) => [
    () => be.maxPool2dGrad(x, dy, options),
  ],
  conv2dInputGrad: (be) => refused(be, "gradient of conv2dInputGrad"),
  conv2dFilterGrad: (be) => refused(be, "gradient of conv2dFilterGrad"),
  maxPool2dGrad: (be) => refused(be, "gradient of maxPool2dGrad"),

  sum: (be, { dy }, x) => [() => be.broadcastTo(dy, be.shape(x))],
  max: (be, { y, dy }, x, axes) => [
    () => {
      const winners = be.equal(x, y);
      return be.mul(winners, be.div(dy, be.sum(winners, axes)));
    },
  ],
  softmax: (be, { y, dy }) => [
    () => {
      const last = be.shape(y).length - 1;
      const weighted = be.mul(dy, y);
      return be.sub(weighted, be.mul(y, be.sum(weighted, [last])));
    },
  ],
};

function extremum<T>(
  be: Backend<T>,
  { y, dy }: { readonly y: T; readonly dy: T },
  a: T | number,
  b: T | number,
): readonly (() => T)[] {
  const fromA = be.equal(a, y);
  return [
    () => reduceTo(be, be.where(fromA, dy, 0), a),
    () => reduceTo(be, be.where(fromA, 0, dy), b),
  ];
}

function refused<T>(backend: Backend<T>, operation: string): never {
  throw new UnsupportedOperationError(backend.name, operation);
}

type Rank4 = readonly [number, number, number, number];
