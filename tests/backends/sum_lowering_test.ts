import { deepStrictEqual } from "node:assert/strict";
import type { OnnxTensor } from "../../src/backends/onnx/graph.ts";
import { operations } from "../../src/backends/onnx/_record.ts";
import { writtenOperators } from "./_written_operators.ts";

/** Operators that a sum is written with, shapes and constants left out. */
function writtenWith(
  shape: readonly number[],
  axes: readonly number[],
  fastProducts: boolean,
): readonly string[] {
  const x: OnnxTensor = { kind: "tensor", shape };
  const sum = operations.sum(x, axes);
  return writtenOperators(sum, { fastProducts })
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
