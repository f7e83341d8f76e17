import type { ModelBuilder, Value } from "../model_builder.ts";

/** Writes `a b^T` over everything but the first axis of a matrix. */
export type Product = (model: ModelBuilder, a: Value, b: Value) => Value;

/** `[B, M, K]` and `[B, N, K]` to `[M, N]`, summed over the batch. */
export const batchedProduct: Product = (model, a, b) =>
  model.op("ReduceSum", [
    model.op("FusedMatMul", [a, b], { transB: 1 }, "com.microsoft"),
    model.ints([0]),
  ], { keepdims: 0 });

/** `[M, K]` and `[N, K]` to `[M, N]`. */
export const foldedProduct: Product = (model, a, b) =>
  model.op("Gemm", [a, b], { transB: 1 });
