import type { Backend, Operand, Shape } from "../backend.ts";
import {
  argMaxShape,
  broadcastShapes,
  broadcastToShape,
  concatShape,
  gatherShape,
  matMulShape,
  padShape,
  reduceShape,
  reshapeShape,
  sameShape,
  sliceShape,
  softmaxShape,
  transposeShape,
} from "../_shape.ts";
import {
  conv2dFilterGradShape,
  conv2dInputGradShape,
  conv2dShape,
  maxPool2dGradShape,
  maxPool2dShape,
} from "../_window_shape.ts";
import { constantLeaf } from "./_constant.ts";
import type {
  NoAttributes,
  OnnxTensor,
  OperationAttributes,
  OperationName,
} from "./graph.ts";

/** The members of `Backend` that run nothing. */
export type Operations = Omit<
  Backend<OnnxTensor>,
  | "name"
  | "precision"
  | "tensor"
  | "constant"
  | "read"
  | "compile"
  | "tidy"
  | "dispose"
  | "memory"
  | "close"
>;

/** Operations that check shapes and return a node. */
export const operations: Operations = {
  shape: (x) => x.shape,
  add: binary("add"),
  sub: binary("sub"),
  mul: binary("mul"),
  div: binary("div"),
  maximum: binary("maximum"),
  minimum: binary("minimum"),
  equal: binary("equal"),
  where: (condition, a, b) => {
    const inputs = [condition, asTensor(a), asTensor(b)];
    const shape = broadcastShapes("where", ...inputs.map((x) => x.shape));
    return node("where", inputs, {}, shape);
  },
  neg: unary("neg"),
  abs: unary("abs"),
  exp: unary("exp"),
  log: unary("log"),
  sqrt: unary("sqrt"),
  erf: unary("erf"),
  sigmoid: unary("sigmoid"),
  relu: unary("relu"),
  step: unary("step"),
  stopGradient: (x) => x,
  matMul: (a, b, options = {}) => {
    const shape = matMulShape(a.shape, b.shape, options);
    const { transposeA = false, transposeB = false } = options;
    return node("matMul", [a, b], { transposeA, transposeB }, shape);
  },
  conv2d: (x, w, { stride, padding, bias }) => {
    const attributes = { stride, padding };
    const shape = conv2dShape(x.shape, w.shape, attributes, bias?.shape);
    const inputs = bias === undefined ? [x, w] : [x, w, bias];
    return node("conv2d", inputs, attributes, shape);
  },
  conv2dInputGrad: (dy, w, { stride, padding, inputSize }) => {
    const attributes = { stride, padding, inputSize };
    const shape = conv2dInputGradShape(dy.shape, w.shape, attributes);
    return node("conv2dInputGrad", [dy, w], attributes, shape);
  },
  conv2dFilterGrad: (x, dy, { stride, padding, kernelSize }) => {
    const attributes = { stride, padding, kernelSize };
    const shape = conv2dFilterGradShape(x.shape, dy.shape, attributes);
    return node("conv2dFilterGrad", [x, dy], attributes, shape);
  },
  maxPool2d: (x, { stride, padding, kernelSize }) => {
    const attributes = { stride, padding, kernelSize };
    const shape = maxPool2dShape(x.shape, attributes);
    return node("maxPool2d", [x], attributes, shape);
  },
  maxPool2dGrad: (x, dy, { stride, padding, kernelSize }) => {
    const attributes = { stride, padding, kernelSize };
    const shape = maxPool2dGradShape(x.shape, dy.shape, attributes);
    return node("maxPool2dGrad", [x, dy], attributes, shape);
  },
  sum: reduce("sum"),
  max: reduce("max"),
  softmax: (x) => node("softmax", [x], {}, softmaxShape(x.shape)),
  argMax: (x) => node("argMax", [x], {}, argMaxShape(x.shape)),
  reshape: (x, wanted) => {
    const shape = reshapeShape(x.shape, wanted);
    return sameShape(x.shape, shape) ? x : node("reshape", [x], {}, shape);
  },
  transpose: (x, permutation) =>
    node(
      "transpose",
      [x],
      { permutation: [...permutation] },
      transposeShape(x.shape, permutation),
    ),
  slice: (x, begin, size) => {
    const shape = sliceShape(x.shape, begin, size);
    if (sameShape(x.shape, shape)) return x;
    return node("slice", [x], { begin: [...begin] }, shape);
  },
  concat: (xs, axis) =>
    node(
      "concat",
      [...xs],
      { axis },
      concatShape(xs.map((x) => x.shape), axis),
    ),
  pad: (x, paddings) => {
    const shape = padShape(x.shape, paddings);
    if (sameShape(x.shape, shape)) return x;
    return node("pad", [x], { paddings: [...paddings] }, shape);
  },
  broadcastTo: (x, wanted) => {
    const shape = broadcastToShape(x.shape, wanted);
    return sameShape(x.shape, shape) ? x : node("broadcastTo", [x], {}, shape);
  },
  gather: (x, indices) =>
    node("gather", [x, indices], {}, gatherShape(x.shape, indices.shape)),
};

type PlainName = {
  [K in OperationName]: OperationAttributes[K] extends NoAttributes
    ? NoAttributes extends OperationAttributes[K] ? K : never
    : never;
}[OperationName];

function node<K extends OperationName>(
  operation: K,
  inputs: readonly OnnxTensor[],
  attributes: OperationAttributes[K],
  shape: Shape,
): OnnxTensor {
  return { kind: "operation", operation, inputs, attributes, shape };
}

function unary(operation: PlainName): (x: OnnxTensor) => OnnxTensor {
  return (x) => node(operation, [x], {}, x.shape);
}

function binary(
  operation: PlainName,
): (a: Operand<OnnxTensor>, b: Operand<OnnxTensor>) => OnnxTensor {
  return (a, b) => {
    const inputs = [asTensor(a), asTensor(b)];
    const shape = broadcastShapes(operation, ...inputs.map((x) => x.shape));
    return node(operation, inputs, {}, shape);
  };
}

function reduce(
  operation: "sum" | "max",
): (x: OnnxTensor, axes: readonly number[]) => OnnxTensor {
  return (x, axes) => {
    const shape = reduceShape(operation, x.shape, axes);
    // ONNX reads an empty list of axes as all of them.
    if (axes.length === 0) return x;
    return node(operation, [x], { axes: [...axes] }, shape);
  };
}

function asTensor(x: Operand<OnnxTensor>): OnnxTensor {
  return typeof x === "number" ? constantLeaf([x], []) : x;
}
