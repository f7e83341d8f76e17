import type { Shape } from "../../backend.ts";
import type { ModelBuilder, Value } from "../model_builder.ts";

/**
 * A number of the rank of `shape`: beside a shape that ends in 1, ONNX Runtime
 * would walk a scalar of rank 0 element by element, a hundred times slower.
 */
export function scalarLike(
  model: ModelBuilder,
  value: number,
  shape: Shape,
): Value {
  const ones = model.ints(shape.map(() => 1));
  return model.op("Reshape", [model.scalar(value), ones]);
}
