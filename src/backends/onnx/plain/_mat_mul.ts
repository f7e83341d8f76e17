import type { Call } from "../lowering.ts";
import type { Value } from "../model_builder.ts";
import { crossProduct } from "./_cross_product.ts";

/** Writes a matrix product with the transposes folded in where the device can. */
export function lowerMatMul(
  { model, device, inputs: [a, b], shapes, shape, attributes }: Call<"matMul">,
): Value {
  const { transposeA, transposeB } = attributes;
  const rank = shapes[0]!.length;
  if (rank !== 2 || (!transposeA && !transposeB)) {
    return writeMatMul({ model, device }, [a!, b!], { ...attributes, rank });
  }
  if (transposeA && !transposeB && device.fastProducts) {
    return crossProduct(model, [a!, b!], [
      shapes[0]![0]!,
      shape[0]!,
      shape[1]!,
    ]);
  }
  return model.op("Gemm", [a!, b!], {
    transA: Number(transposeA),
    transB: Number(transposeB),
  });
}

/** Which factors of a product are read transposed, and their rank. */
export interface MatMulAxes {
  /** Reads `a` as `[..., K, M]`. */
  readonly transposeA: boolean;
  /** Reads `b` as `[..., N, K]`. */
  readonly transposeB: boolean;
  /** Axes of either factor. */
  readonly rank: number;
}

/** Writes a product for each matrix of a batch. */
export function writeMatMul(
  { model, device }: Pick<Call<"matMul">, "model" | "device">,
  [a, b]: readonly [Value, Value],
  { transposeA, transposeB, rank }: MatMulAxes,
): Value {
  if (!transposeA && !transposeB) return model.op("MatMul", [a, b]);
  if (device.fusedMatMul) {
    return model.op("FusedMatMul", [a, b], {
      transA: Number(transposeA),
      transB: Number(transposeB),
    }, "com.microsoft");
  }
  const perm = Array.from({ length: rank }, (_, axis) => axis);
  perm.push(perm.splice(-2, 1)[0]!);
  const flip = (x: Value) => model.op("Transpose", [x], { perm });
  return model.op("MatMul", [
    transposeA ? flip(a) : a,
    transposeB ? flip(b) : b,
  ]);
}

/** Writes a product of matrices and the row that is added to it. */
export function lowerMatMulAdd(
  { model, device, inputs: [a, b, row], attributes }: Call<"matMulAdd">,
): Value {
  const transposes = {
    transA: Number(attributes.transposeA),
    transB: Number(attributes.transposeB),
  };
  // There one thread first copies the row into all of the result.
  return device.fastProducts
    ? model.op("Add", [model.op("Gemm", [a!, b!], transposes), row!])
    : model.op("Gemm", [a!, b!, row!], transposes);
}
