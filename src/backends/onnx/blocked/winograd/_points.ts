import type { Shape } from "../../../backend.ts";
import { sizeOf } from "../../../_shape.ts";
import type { ModelBuilder, Value } from "../../model_builder.ts";
import { reshape } from "../_rows.ts";
import { type Matrix, product } from "./_matrix.ts";

/** Writes a filter's taps, the outermost axis in memory, as its points, in `shape`. */
export function filterPoints(
  model: ModelBuilder,
  w: Value,
  { matrix, shape }: {
    /** Taps to points. */
    readonly matrix: Matrix;
    readonly shape: Shape;
  },
): Value {
  const [points, taps] = [matrix.length, matrix[0]!.length];
  const length = sizeOf(shape) / points;
  const computed = product(model, matrix, reshape(model, w, [taps, length]));
  model.markLarge(computed, [points, length]);
  return reshape(model, computed, shape);
}

/** What a bias `[O]` is at points, `[points O]`: `ones` is what 1 is at them. */
export function biasPoints(
  model: ModelBuilder,
  bias: Value,
  ones: readonly number[],
): Value {
  const column = model.floats(Float32Array.from(ones), [ones.length, 1]);
  return reshape(model, model.op("Mul", [column, bias]), [-1]);
}
