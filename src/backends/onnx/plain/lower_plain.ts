/**
 * The plain lowering: each operation in `[B, C, H, W]` order with the operators
 * of the ONNX standard, and of `com.microsoft` where the device has them.
 *
 * @module
 */
import {
  lowerByRules,
  type Lowering,
  type Rule,
  type Rules,
} from "../lowering.ts";
import { sizeOf } from "../../_shape.ts";
import type { OperationName } from "../graph.ts";
import { elementType } from "../model_builder.ts";
import { lowerAttention, lowerAttentionGrad } from "./_attention.ts";
import { lowerConv2d, lowerConv2dInputGrad } from "./_conv.ts";
import { lowerConv2dFilterGrad } from "./_filter_grad.ts";
import { lowerMaxPool2d, lowerMaxPool2dGrad } from "./_pool.ts";
import { lowerGelu, lowerGeluGrad, lowerGeluWeightGrad } from "./_gelu.ts";
import {
  lowerLayerNorm,
  lowerLayerNormInputGrad,
  lowerLayerNormProductGrad,
  lowerLayerNormWeightGrad,
} from "./_layer_norm.ts";
import { lowerMatMul, lowerMatMulAdd } from "./_mat_mul.ts";
import { lowerSum } from "./_sum.ts";

/** How each operation is written. */
export const plainRules: Rules = {
  add: binary("Add"),
  sub: binary("Sub"),
  mul: binary("Mul"),
  div: binary("Div"),
  maximum: binary("Max"),
  minimum: binary("Min"),
  equal: ({ model, inputs }) =>
    model.op("Cast", [model.op("Equal", inputs)], { to: elementType.float }),
  where: ({ model, inputs: [condition, a, b] }) =>
    model.op("Where", [
      model.op("Cast", [condition!], { to: elementType.bool }),
      a!,
      b!,
    ]),
  neg: same("Neg"),
  abs: same("Abs"),
  exp: same("Exp"),
  log: same("Log"),
  sqrt: same("Sqrt"),
  erf: same("Erf"),
  sigmoid: same("Sigmoid"),
  relu: same("Relu"),
  step: lowerStep,
  matMul: lowerMatMul,
  conv2d: lowerConv2d,
  conv2dInputGrad: lowerConv2dInputGrad,
  conv2dFilterGrad: lowerConv2dFilterGrad,
  maxPool2d: lowerMaxPool2d,
  maxPool2dGrad: lowerMaxPool2dGrad,
  sum: lowerSum,
  max: ({ model, inputs, attributes }) =>
    model.op("ReduceMax", [...inputs, model.ints(attributes.axes)]),
  softmax: ({ model, inputs }) => model.op("Softmax", inputs, { axis: -1 }),
  argMax: lowerArgMax,
  reshape: ({ model, inputs, shape }) =>
    model.op("Reshape", [...inputs, model.ints(shape)]),
  transpose: ({ model, inputs, attributes }) =>
    model.op("Transpose", inputs, { perm: attributes.permutation }),
  slice: ({ model, inputs, attributes: { begin }, shape }) =>
    model.op("Slice", [
      ...inputs,
      model.ints(begin),
      model.ints(begin.map((first, axis) => first + shape[axis]!)),
      model.ints(begin.map((_, axis) => axis)),
    ]),
  concat: ({ model, inputs, attributes }) =>
    model.op("Concat", inputs, { axis: attributes.axis }),
  pad: ({ model, inputs, attributes: { paddings } }) =>
    model.op("Pad", [
      ...inputs,
      model.ints([
        ...paddings.map(([before]) => before),
        ...paddings.map(([, after]) => after),
      ]),
    ]),
  broadcastTo: ({ model, inputs, shape }) =>
    model.op("Expand", [...inputs, model.ints(shape)]),
  gather: ({ model, inputs: [x, indices] }) =>
    model.op("Gather", [
      x!,
      model.op("Cast", [indices!], { to: elementType.int32 }),
    ], { axis: 0 }),
  matMulAdd: lowerMatMulAdd,
  attention: lowerAttention,
  attentionGrad: lowerAttentionGrad,
  gelu: lowerGelu,
  geluGrad: lowerGeluGrad,
  geluWeightGrad: lowerGeluWeightGrad,
  layerNorm: lowerLayerNorm,
  layerNormInputGrad: lowerLayerNormInputGrad,
  layerNormWeightGrad: lowerLayerNormWeightGrad,
  layerNormProductGrad: lowerLayerNormProductGrad,
};

/** Writes operation by operation; runs on every device. */
export const plainLowering: Lowering = lowerByRules("plain", plainRules);

/** The ONNX operator of the same meaning. */
function same<K extends OperationName>(type: string): Rule<K> {
  return ({ model, inputs }) => model.op(type, inputs);
}

/**
 * An operator of two operands. A scalar gets the rank of the other operand:
 * beside a shape that ends in 1, ONNX Runtime would walk element by element, a
 * hundred times slower.
 */
function binary<K extends OperationName>(type: string): Rule<K> {
  return ({ model, inputs, shapes, shape }) =>
    model.op(
      type,
      inputs.map((x, i) =>
        sizeOf(shapes[i]!) === 1 && shapes[i]!.length < shape.length
          ? model.op("Reshape", [x, model.ints(shape.map(() => 1))])
          : x
      ),
    );
}

/** Steep enough that every normal float leaves the slope. */
const slope = 3e38;

function lowerStep(
  { model, device, inputs: [x], sharesInput }: Parameters<Rule<"step">>[0],
): string {
  // relu(x) and x have one step; reading relu(x) leaves x to be fused away.
  const value = sharesInput("relu") ? model.op("Relu", [x!]) : x!;
  return device.hardSigmoid
    ? model.op("HardSigmoid", [value], {
      alpha: { float: slope },
      beta: { float: 0 },
    })
    : model.op("Cast", [model.op("Greater", [value, model.scalar(0)])], {
      to: elementType.float,
    });
}

function lowerArgMax(
  { model, inputs: [x], shapes: [shape] }: Parameters<Rule<"argMax">>[0],
): string {
  // ArgMax is missing on some devices and leaves ties open on others.
  const length = shape!.at(-1)!;
  const last = model.ints([-1]);
  const isMax = model.op("Equal", [x!, model.op("ReduceMax", [x!, last])]);
  const index = model.floats(
    Float32Array.from({ length }, (_, i) => i),
    [length],
  );
  const candidates = model.op("Where", [isMax, index, model.scalar(length)]);
  return model.op("ReduceMin", [candidates, last]);
}
