import type { ModelBuilder, Value } from "../../model_builder.ts";

/** A matrix by rows. */
export type Matrix = readonly (readonly number[])[];

/** The rows as columns. */
export function transposed(matrix: Matrix): Matrix {
  return matrix[0]!.map((_, column) => matrix.map((row) => row[column]!));
}

/** The Kronecker product with itself: both axes of an image at once. */
export function squared(matrix: Matrix): Matrix {
  return matrix.flatMap((a) =>
    matrix.map((b) => a.flatMap((x) => b.map((y) => x * y)))
  );
}

/** Writes `matrix x`. */
export function product(model: ModelBuilder, matrix: Matrix, x: Value): Value {
  const shape = [matrix.length, matrix[0]!.length];
  const constant = model.floats(Float32Array.from(matrix.flat()), shape);
  return model.op("MatMul", [constant, x]);
}
