import { deepStrictEqual } from "node:assert/strict";
import type { Backend, Shape } from "../../src/backends/backend.ts";
import { writeModel } from "../../src/backends/onnx/_emit.ts";
import { foldingBackend } from "../../src/backends/onnx/_folding_backend.ts";
import type { OnnxTensor } from "../../src/backends/onnx/graph.ts";
import { planGraph } from "../../src/backends/onnx/_plan.ts";
import { everything, loadProto } from "../../src/backends/onnx/_runtime.ts";
import { fuseOperations } from "../../src/backends/onnx/fuse_operations.ts";
import { onnxBackend } from "../../src/backends/onnx/mod.ts";
import { plainLowering } from "../../src/backends/onnx/plain/lower_plain.ts";
import { referenceBackend } from "../../src/backends/reference.ts";
import { valueAndGrad } from "../../src/backends/tape.ts";
import { gelu } from "../../src/nn/gelu.ts";
import { assertClose, uniform } from "./_numbers.ts";

const proto = await loadProto();

/** Gradients of a sum over `gelu(x) w^T`, with or without the product. */
function gradients<T>(
  be: Backend<T>,
  inputs: { readonly x: T; readonly w?: T },
): readonly T[] {
  const parameters = inputs as Readonly<Record<string, T>>;
  const found = valueAndGrad(be, (tape, { x, w }) => {
    const y = gelu(tape, x!);
    const [batch = 0, rows = 0, channels = 0] = tape.shape(y);
    const z = w === undefined ? y : tape.matMul(
      tape.reshape(y, [batch * rows, channels]),
      w,
      { transposeB: true },
    );
    const axes = tape.shape(z).map((_, axis) => axis);
    // Gradients by the weight sum many rows: small, so that rounding is too.
    const scale = w === undefined ? 1 : 2 ** -7;
    return { value: tape.sum(tape.mul(tape.mul(z, z), scale), axes) };
  })(parameters);
  return Object.values(found.gradients);
}

/** Results of each `Scan` that the gradients are written with. */
function scans(shape: Shape, fastScan: boolean, outputs?: number): number[] {
  const x: OnnxTensor = { kind: "tensor", shape };
  const w: OnnxTensor = { kind: "tensor", shape: [outputs ?? 0, shape[2]!] };
  const wanted = gradients(
    foldingBackend(),
    outputs === undefined ? { x } : { x, w },
  );
  const traits = { ...everything, fastScan };
  const plan = fuseOperations(planGraph(wanted, () => false), traits);
  const model = writeModel(plan, wanted, {
    proto,
    lowering: plainLowering,
    device: traits,
  });
  return (model.message().graph?.node ?? [])
    .filter(({ opType }) => opType === "Scan")
    .map(({ output }) => output!.length);
}

const LARGE = [2, 512, 800];

Deno.test("the gradient of a large GELU is written as one Scan, with the value where a weight is behind it", () => {
  deepStrictEqual(scans(LARGE, true), [1]);
  deepStrictEqual(scans(LARGE, true, 3), [2]);
});

Deno.test("the gradient of a GELU is written without Scan where it would not pay", () => {
  deepStrictEqual(scans(LARGE, false, 3), []);
  deepStrictEqual(scans([2, 3, 4], true, 3), []);
  // 827 and 1009 are primes: parts would be too many or too large.
  deepStrictEqual(scans([1, 827, 1009], true, 3), []);
});

for (const outputs of [undefined, 3]) {
  const name = outputs === undefined ? "alone" : "before a product";
  Deno.test(`the gradients of a large GELU ${name} keep their numbers`, async (t) => {
    const created = await onnxBackend({ device: "cpu" })();
    if (created._tag === "Left") {
      await t.step({ name: created.left.message, ignore: true, fn() {} });
      return;
    }
    const backend = created.right;
    const reference = referenceBackend();
    const x = uniform(1, LARGE, -6, 6);
    const w = uniform(2, [outputs ?? 0, 800]);
    const on = <T>(be: Backend<T>) =>
      be.read(gradients(be, {
        x: be.tensor(x.data, x.shape),
        ...(outputs === undefined ? {} : { w: be.tensor(w.data, w.shape) }),
      }));
    const [want, got] = [await on(reference), await on(backend)];
    want.forEach((data, i) =>
      assertClose(`gradient ${i}`, got[i]!, data, 1e-5)
    );
    await backend.close();
  });
}
