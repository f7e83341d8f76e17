import type { Backend, Operand } from "./backend.ts";
import type { Taped } from "./_tape_node.ts";
import { isRecorded, valueOf } from "./_tape_node.ts";
import type { RuledOperation } from "./_tape_rules.ts";
import { rules } from "./_tape_rules.ts";

type Operations<T> = Pick<
  Backend<Taped<T>>,
  RuledOperation | "equal" | "step" | "stopGradient" | "argMax"
>;

/**
 * The operations of a tape: each runs on `inner` at once and remembers its rule
 * if a differentiated tensor flows in. `next` numbers the records.
 */
export function tapeOperations<T>(
  inner: Backend<T>,
  next: () => number,
): Operations<T> {
  function record(
    inputs: readonly Operand<Taped<T>>[],
    y: T,
    pull: (result: { readonly y: T; readonly dy: T }) => readonly (() => T)[],
  ): Taped<T> {
    if (!inputs.some(isRecorded)) return { value: y };
    return {
      value: y,
      record: { sequence: next(), inputs, pull: (dy) => pull({ y, dy }) },
    };
  }

  function binary(
    name: "add" | "sub" | "mul" | "div" | "maximum" | "minimum",
  ): (a: Operand<Taped<T>>, b: Operand<Taped<T>>) => Taped<T> {
    return (a, b) => {
      const [p, q] = [valueOf(a), valueOf(b)];
      return record(
        [a, b],
        inner[name](p, q),
        (result) => rules[name](inner, result, p, q),
      );
    };
  }

  function unary(
    name:
      | "neg"
      | "abs"
      | "exp"
      | "log"
      | "sqrt"
      | "erf"
      | "sigmoid"
      | "relu"
      | "softmax",
  ): (x: Taped<T>) => Taped<T> {
    return (x) =>
      record(
        [x],
        inner[name](x.value),
        (result) => rules[name](inner, result, x.value),
      );
  }

  return {
    add: binary("add"),
    sub: binary("sub"),
    mul: binary("mul"),
    div: binary("div"),
    maximum: binary("maximum"),
    minimum: binary("minimum"),
    equal: (a, b) => ({ value: inner.equal(valueOf(a), valueOf(b)) }),
    where: (condition, a, b) => {
      const values = [condition.value, valueOf(a), valueOf(b)] as const;
      return record(
        [a, b],
        inner.where(...values),
        (result) => rules.where(inner, result, ...values),
      );
    },

    neg: unary("neg"),
    abs: unary("abs"),
    exp: unary("exp"),
    log: unary("log"),
    sqrt: unary("sqrt"),
    erf: unary("erf"),
    sigmoid: unary("sigmoid"),
    relu: unary("relu"),
    step: (x) => ({ value: inner.step(x.value) }),
    stopGradient: (x) => ({ value: inner.stopGradient(x.value) }),

    matMul: (a, b, options) =>
      record(
        [a, b],
        inner.matMul(a.value, b.value, options),
        (result) => rules.matMul(inner, result, a.value, b.value, options),
      ),
    conv2d: (x, w, { bias, ...window }) => {
      const options = bias === undefined
        ? window
        : { ...window, bias: bias.value };
      return record(
        bias === undefined ? [x, w] : [x, w, bias],
        inner.conv2d(x.value, w.value, options),
        (result) => rules.conv2d(inner, result, x.value, w.value, options),
      );
    },
    conv2dInputGrad: (dy, w, options) =>
      record(
        [dy, w],
        inner.conv2dInputGrad(dy.value, w.value, options),
        (result) =>
          rules.conv2dInputGrad(inner, result, dy.value, w.value, options),
      ),
    conv2dFilterGrad: (x, dy, options) =>
      record(
        [x, dy],
        inner.conv2dFilterGrad(x.value, dy.value, options),
        (result) =>
          rules.conv2dFilterGrad(inner, result, x.value, dy.value, options),
      ),
    maxPool2d: (x, options) =>
      record(
        [x],
        inner.maxPool2d(x.value, options),
        (result) => rules.maxPool2d(inner, result, x.value, options),
      ),
    maxPool2dGrad: (x, dy, options) =>
      record(
        [x, dy],
        inner.maxPool2dGrad(x.value, dy.value, options),
        (result) =>
          rules.maxPool2dGrad(inner, result, x.value, dy.value, options),
      ),

    sum: (x, axes) =>
      record(
        [x],
        inner.sum(x.value, axes),
        (result) => rules.sum(inner, result, x.value, axes),
      ),
    max: (x, axes) =>
      record(
        [x],
        inner.max(x.value, axes),
        (result) => rules.max(inner, result, x.value, axes),
      ),
    softmax: unary("softmax"),
    argMax: (x) => ({ value: inner.argMax(x.value) }),

    reshape: (x, shape) =>
      record(
        [x],
        inner.reshape(x.value, shape),
        (result) => rules.reshape(inner, result, x.value, shape),
      ),
    transpose: (x, permutation) =>
      record(
        [x],
        inner.transpose(x.value, permutation),
        (result) => rules.transpose(inner, result, x.value, permutation),
      ),
    slice: (x, begin, size) =>
      record(
        [x],
        inner.slice(x.value, begin, size),
        (result) => rules.slice(inner, result, x.value, begin, size),
      ),
    concat: (xs, axis) => {
      const values = xs.map((x) => x.value);
      return record(
        xs,
        inner.concat(values, axis),
        (result) => rules.concat(inner, result, values, axis),
      );
    },
    pad: (x, paddings) =>
      record(
        [x],
        inner.pad(x.value, paddings),
        (result) => rules.pad(inner, result, x.value, paddings),
      ),
    broadcastTo: (x, shape) =>
      record(
        [x],
        inner.broadcastTo(x.value, shape),
        (result) => rules.broadcastTo(inner, result, x.value, shape),
      ),
    gather: (x, indices) =>
      record(
        [x],
        inner.gather(x.value, indices.value),
        (result) => rules.gather(inner, result, x.value, indices.value),
      ),
  };
}
