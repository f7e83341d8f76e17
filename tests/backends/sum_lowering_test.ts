import { deepStrictEqual } from "node:assert/strict";
import { writeModel } from "../../src/backends/onnx/_emit.ts";
import type { OnnxTensor } from "../../src/backends/onnx/graph.ts";
import { planGraph } from "../../src/backends/onnx/_plan.ts";
import { operations } from "../../src/backends/onnx/_record.ts";
import { loadProto } from "../../src/backends/onnx/_runtime.ts";
import { plainLowering } from "../../src/backends/onnx/plain/lower_plain.ts";

const proto = await loadProto();

/** Operators that a sum is written with, shapes and constants left out. */
function writtenWith(
  shape: readonly number[],
  axes: readonly number[],
  fastProducts: boolean,
): readonly string[] {
  const x: OnnxTensor = { kind: "tensor", shape };
  const sum = operations.sum(x, axes);
  const model = writeModel(planGraph([sum], () => false), [sum], {
    proto,
    lowering: plainLowering,
    device: {
      fusedMatMul: true,
      fastProducts,
      poolIndices: true,
      hardSigmoid: true,
      gelu: true,
      layerNormStatistics: true,
      fastScan: true,
    },
  });
  return (model.message().graph?.node ?? [])
    .map(({ opType }) => opType ?? "")
    .filter((type) => /MatMul|ReduceSum/.test(type));
}

for (
  const [shape, axes, written] of [
    // All rows are added, whatever they hold and however axes are listed.
    [[6, 4], [0], "MatMul"],
    [[2, 3, 4], [1, 0], "MatMul"],
    [[1, 5, 2, 2], [1], "MatMul"],
    // Several sums, parts of rows, or one number: a row of ones is no help.
    [[2, 5, 4], [1], "ReduceSum"],
    [[6, 4], [1], "ReduceSum"],
    [[6, 4], [0, 1], "ReduceSum"],
  ] as const
) {
  Deno.test(`a sum of [${shape}] over [${axes}] is written as ${written}`, () => {
    deepStrictEqual(writtenWith(shape, axes, true), [written]);
    deepStrictEqual(writtenWith(shape, axes, false), ["ReduceSum"]);
  });
}
