import type { Call } from "../lowering.ts";
import type { Value } from "../model_builder.ts";

/**
 * Writes `w (dw - sum(dy y))`: from the weights `w` `[..., N, M]`, the gradient
 * by them, and result and gradient of the product `y = w v`, whose axes
 * `permutation` puts in order `[..., N, D]`. The sum is over `D`.
 */
export function lowerAttentionLogitsGrad(
  { model, inputs: [w, dw, y, dy], attributes: { permutation } }: Call<
    "attentionLogitsGrad"
  >,
): Value {
  const sum = model.op("ReduceSum", [
    model.op("Mul", [y!, dy!]),
    model.ints([-1]),
  ]);
  const isInOrder = permutation.every((axis, i) => axis === i);
  const rows = isInOrder
    ? sum
    : model.op("Transpose", [sum], { perm: permutation });
  return model.op("Mul", [w!, model.op("Sub", [dw!, rows])]);
}
