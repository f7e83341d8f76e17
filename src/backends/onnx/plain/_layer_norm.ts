/**
 * The layer norm and its gradients: `x` alone is kept from the way forward.
 *
 * @module
 */
import { sizeOf } from "../../_shape.ts";
import type { Shape } from "../../backend.ts";
import type { Call } from "../lowering.ts";
import type { ModelBuilder, Value } from "../model_builder.ts";
import { sumRows } from "../sum_rows.ts";
import { crossProduct } from "./_cross_product.ts";

/** Writes the layer norm. */
export function lowerLayerNorm(
  { model, inputs, attributes: { epsilon } }: Call<"layerNorm">,
): Value {
  return model.op("LayerNormalization", inputs, {
    axis: -1,
    epsilon: { float: epsilon },
  });
}

/**
 * Writes `(g - mean(g) - n mean(g n)) / deviation` with `g = dy weight` and the
 * normalised `n`, the means over the last axis. Both are products with
 * `weight / D`, of `dy` and of the `dy n` that the gradient by the weight sums.
 */
export function lowerLayerNormInputGrad(
  call: Call<"layerNormInputGrad">,
): Value {
  const { model, inputs: [x, weight, dy, before], shape } = call;
  const channels = shape.at(-1)!;
  const { normalized, inverse } = normalize(call, x!);
  const share = model.op("Reshape", [
    model.op("Div", [weight!, model.scalar(channels)]),
    model.ints([channels, 1]),
  ]);
  const mean = (y: Value) => model.op("MatMul", [y, share]);
  const along = model.op("Mul", [
    normalized,
    mean(model.op("Mul", [dy!, normalized])),
  ]);
  const across = model.op("Sub", [
    model.op("Sub", [model.op("Mul", [dy!, weight!]), along]),
    mean(dy!),
  ]);
  const gradient = model.op("Mul", [across, inverse]);
  return before === undefined ? gradient : model.op("Add", [before, gradient]);
}

/** Writes `dy n` summed over all but the last axis. */
export function lowerLayerNormWeightGrad(
  call: Call<"layerNormWeightGrad">,
): Value {
  const { model, inputs: [x, dy], shapes: [rows], shape } = call;
  const { normalized } = normalize(call, x!);
  const count = sizeOf(rows!.slice(0, -1));
  const products = model.op("Reshape", [
    model.op("Mul", [dy!, normalized]),
    model.ints([count, ...shape]),
  ]);
  const sum = sumRows(model, products, count);
  return model.op("Reshape", [sum, model.ints(shape)]);
}

/**
 * Writes `dy^T layerNorm(x)`. The norm is computed anew, one pass, instead of
 * kept from the way forward; ONNX Runtime would make one of the two if its axis
 * were not written another way.
 */
export function lowerLayerNormProductGrad(
  { model, inputs: [dy, ...operands], shapes, shape, attributes }: Call<
    "layerNormProductGrad"
  >,
): Value {
  const [[rows] = [], whole] = shapes;
  const y = model.op("LayerNormalization", operands, {
    axis: whole!.length - 1,
    epsilon: { float: attributes.epsilon },
  });
  const matrix = model.op("Reshape", [y, model.ints([rows!, shape[1]!])]);
  return crossProduct(model, [dy!, matrix], [rows!, shape[0]!, shape[1]!]);
}

/** `n` and `1 / deviation`, once for both gradients: to compute them anew costs one operator, to keep `n` the memory of `x`. */
function normalize(
  { model, shapes: [shape], attributes: { epsilon } }: {
    readonly model: ModelBuilder;
    readonly shapes: readonly Shape[];
    readonly attributes: { readonly epsilon: number };
  },
  x: Value,
): { readonly normalized: Value; readonly inverse: Value } {
  const ones = model.op("Expand", [
    model.scalar(1),
    model.ints(shape!.slice(-1)),
  ]);
  const [normalized, , inverse] = model.ops(3, "LayerNormalization", [
    x,
    ones,
  ], { axis: -1, epsilon: { float: epsilon } });
  return { normalized: normalized!, inverse: inverse! };
}
