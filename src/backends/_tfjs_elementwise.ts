/**
 * Element-wise operations with TensorFlow.js, broadcasting at any rank.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { broadcastShapes, sameShape, sizeOf } from "./_shape.ts";
import { broadcastTensor, MAX_RANK } from "./_tfjs_layout.ts";
import type { TfjsSession } from "./_tfjs_session.ts";
import type { Backend, Operand, Shape } from "./backend.ts";

/** Names of the operations of {@linkcode tfjsElementwise}. */
export type ElementwiseName =
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
  | "stopGradient";

/** The element-wise operations of a session. */
export function tfjsElementwise(
  session: TfjsSession,
): Pick<Backend<tf.Tensor>, ElementwiseName> {
  type X = tf.Tensor;

  function broadcasting(
    fn: string,
    values: readonly Operand<X>[],
    operation: (...operands: X[]) => X,
  ): X {
    const shape = broadcastShapes(fn, ...values.map(shapeOf));
    const tensors = values.filter((x) => typeof x !== "number");
    return session.run(shape, tensors, () => {
      const operands = values.map((x) =>
        typeof x === "number" ? tf.scalar(x) : x
      );
      return operation(...aligned(operands, shape));
    });
  }

  const binary =
    (fn: string, operation: (a: X, b: X) => X) =>
    (a: Operand<X>, b: Operand<X>): X => broadcasting(fn, [a, b], operation);

  const unary = (operation: (x: X) => X) => (x: X): X =>
    session.run(
      x.shape,
      [x],
      () => operation(x.rank <= MAX_RANK ? x : tf.reshape(x, [-1])),
    );

  return {
    add: binary("add", (a, b) => tf.add(a, b)),
    sub: binary("sub", (a, b) => tf.sub(a, b)),
    mul: binary("mul", (a, b) => tf.mul(a, b)),
    div: binary("div", (a, b) => tf.div(a, b)),
    maximum: binary("maximum", (a, b) => tf.maximum(a, b)),
    minimum: binary("minimum", (a, b) => tf.minimum(a, b)),
    // The shader of `equal` multiplies by its operands' signs: NaN is up to the driver.
    equal: binary("equal", (a, b) => number(tf.logicalNot(tf.notEqual(a, b)))),
    where: (condition, a, b) =>
      broadcasting(
        "where",
        [condition, a, b],
        (c, x, y) => tf.where(tf.notEqual(c!, 0), x!, y!),
      ),
    neg: unary((x) => tf.neg(x)),
    abs: unary((x) => tf.abs(x)),
    exp: unary((x) => tf.exp(x)),
    log: unary((x) => tf.log(x)),
    sqrt: unary((x) => tf.sqrt(x)),
    erf: unary((x) => tf.erf(x)),
    sigmoid: unary((x) => tf.sigmoid(x)),
    // Unlike the ReLU kernel of WebAssembly, this one keeps every NaN.
    relu: unary((x) => tf.maximum(x, 0)),
    step: unary((x) => number(tf.greater(x, 0))),
    stopGradient: unary((x) => tf.clone(x)),
  };
}

function shapeOf(x: Operand<tf.Tensor>): Shape {
  return typeof x === "number" ? [] : x.shape;
}

function number(x: tf.Tensor): tf.Tensor {
  return tf.cast(x, "float32");
}

/** The operands under shapes that broadcast to one another and that kernels take. */
function aligned(operands: readonly tf.Tensor[], shape: Shape): tf.Tensor[] {
  if (shape.length <= MAX_RANK) return [...operands];
  if (operands.every((x) => x.size === 1 || sameShape(x.shape, shape))) {
    return operands.map((x) => tf.reshape(x, [x.size]));
  }
  return operands.map((x) =>
    x.size === 1
      ? tf.reshape(x, [1])
      : tf.reshape(broadcastTensor(x, shape), [sizeOf(shape)])
  );
}
