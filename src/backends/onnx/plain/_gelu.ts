import type { Shape } from "../../backend.ts";
import type { Call } from "../lowering.ts";
import type { ModelBuilder, Value } from "../model_builder.ts";
import { crossProduct } from "./_cross_product.ts";
import { scalarLike } from "./_scalar_like.ts";

/** Writes the exact GELU in one pass. */
export function lowerGelu({ model, inputs }: Call<"gelu">): Value {
  return model.op("Gelu", inputs, {}, "com.microsoft");
}

/**
 * Writes `dy (P + x p)`, with the normal distribution `P` at `x` and its
 * density `p`: `x p = z e^(-z^2) / sqrt(pi)` with `z = x / sqrt(2)`. Nothing
 * but `x` is kept from the way forward.
 */
export function lowerGeluGrad(
  { model, inputs: [x, dy], shape }: Call<"geluGrad">,
): Value {
  const { z, normal } = distribution(model, x!, shape);
  const exponent = model.op("Sub", [
    scalarLike(model, -Math.log(Math.PI) / 2, shape),
    model.op("Mul", [z, z]),
  ]);
  const bell = model.op("Mul", [z, model.op("Exp", [exponent])]);
  return model.op("Mul", [model.op("Add", [normal, bell]), dy!]);
}

/**
 * Writes `dy^T gelu(x)`. One pass gives `gelu(x) = x P` anew, since the
 * gradient by `x` needs `P` too; to keep it would take as much memory as `x`.
 */
export function lowerGeluWeightGrad(
  { model, inputs: [dy, x], shapes, shape }: Call<"geluWeightGrad">,
): Value {
  const [[rows] = [], whole] = shapes;
  const { normal } = distribution(model, x!, whole!);
  const y = model.op("Reshape", [
    model.op("Mul", [x!, normal]),
    model.ints([rows!, shape[1]!]),
  ]);
  return crossProduct(model, [dy!, y], [rows!, shape[0]!, shape[1]!]);
}

/** `z = x / sqrt(2)` and the normal distribution `P = (1 + erf(z)) / 2` at `x`. */
function distribution(
  model: ModelBuilder,
  x: Value,
  shape: Shape,
): { readonly z: Value; readonly normal: Value } {
  const z = model.op("Mul", [x, scalarLike(model, Math.SQRT1_2, shape)]);
  // In one pass; the error function never leaves [-1, 1].
  const normal = model.op("HardSigmoid", [model.op("Erf", [z])], {
    alpha: { float: 0.5 },
    beta: { float: 0.5 },
  });
  return { z, normal };
}
