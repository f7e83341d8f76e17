import { deepStrictEqual } from "node:assert/strict";
import type { Backend } from "../../src/backends/backend.ts";
import type { OnnxTensor } from "../../src/backends/onnx/graph.ts";
import { operations } from "../../src/backends/onnx/_record.ts";
import { onnxBackend } from "../../src/backends/onnx/mod.ts";
import { referenceBackend } from "../../src/backends/reference.ts";
import { assertClose, uniform } from "./_numbers.ts";
import { writtenOperators } from "./_written_operators.ts";

/** Operators that `a^T b` is written with, but for those that only reshape. */
function writtenWith(
  [k, m, n]: readonly [number, number, number],
  fastProducts: boolean,
): readonly string[] {
  const a: OnnxTensor = { kind: "tensor", shape: [k, m] };
  const b: OnnxTensor = { kind: "tensor", shape: [k, n] };
  const product = operations.matMul(a, b, { transposeA: true });
  return writtenOperators(product, { fastProducts })
    .filter((type) => !/Reshape|Flatten/.test(type));
}

for (
  const [sizes, written] of [
    // One side is short: a copy would not pay.
    [[300, 300, 255], ["Gemm"]],
    [[255, 300, 300], ["Gemm"]],
    // 300 x 256 numbers are the fewest to turn.
    [[300, 256, 400], ["Transpose", "MatMul"]],
    // Turning 640 x 256 and then 512 x 256 moves less than 640 x 512.
    [[640, 512, 256], ["Transpose", "MatMul", "Transpose"]],
  ] as const
) {
  const [k, m, n] = sizes;
  Deno.test(`a product of [${k}, ${m}] turned and [${k}, ${n}] is written as ${written}`, () => {
    deepStrictEqual(writtenWith(sizes, true), written);
    deepStrictEqual(writtenWith(sizes, false), ["Gemm"]);
  });

  Deno.test(`a product of [${k}, ${m}] turned and [${k}, ${n}] keeps its numbers`, async (t) => {
    const created = await onnxBackend({ device: "cpu" })();
    if (created._tag === "Left") {
      await t.step({ name: created.left.message, ignore: true, fn() {} });
      return;
    }
    const backend = created.right;
    const reference = referenceBackend();
    const [want] = await reference.read([product(reference, sizes)]);
    const [got] = await backend.read([product(backend, sizes)]);
    assertClose("product", got!, want!, 1e-5);
    await backend.close();
  });
}

function product<T>(
  be: Backend<T>,
  [k, m, n]: readonly [number, number, number],
): T {
  const [a, b] = [uniform(1, [k, m]), uniform(2, [k, n])]
    .map(({ data, shape }) => be.tensor(data, shape));
  return be.matMul(a!, b!, { transposeA: true });
}
