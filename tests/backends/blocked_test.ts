import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Backend, TensorData } from "../../src/backends/backend.ts";
import { constantLeaf } from "../../src/backends/onnx/_constant.ts";
import { planGraph } from "../../src/backends/onnx/_plan.ts";
import { operations } from "../../src/backends/onnx/_record.ts";
import { hasBands } from "../../src/backends/onnx/blocked/_banded_filter_grad.ts";
import {
  isStemPoolGrad,
  type Window,
} from "../../src/backends/onnx/blocked/_window.ts";
import type { OperationNode } from "../../src/backends/onnx/graph.ts";
import {
  type OnnxBackend,
  onnxBackend,
  type OnnxTensor,
} from "../../src/backends/onnx/mod.ts";
import { referenceBackend } from "../../src/backends/reference.ts";
import { valueAndGrad } from "../../src/backends/tape.ts";
import {
  agrees,
  assertProportional,
  convolved,
  type Geometry,
  open,
  residual,
  stem,
  tensor,
} from "./_blocked_programs.ts";
import { assertClose, uniform } from "./_numbers.ts";

const created = await onnxBackend({ device: "cpu", lowering: "blocked" })();
const onBlocked = { ignore: created._tag === "Left" };

const GEOMETRIES: readonly Geometry[] = [
  // Columns in whole blocks, in bands; one block and a part, and less than one.
  { x: [2, 32, 5, 32], filters: 16, kernelSize: 3, stride: 1, padding: 1 },
  { x: [2, 16, 6, 19], filters: 32, kernelSize: 3, stride: 1, padding: 1 },
  { x: [3, 32, 9, 7], filters: 32, kernelSize: 3, stride: 1, padding: 1 },
  { x: [1, 16, 7, 18], filters: 16, kernelSize: 5, stride: 1, padding: 2 },
  { x: [2, 32, 16, 32], filters: 48, kernelSize: 3, stride: 2, padding: 1 },
  { x: [1, 16, 10, 18], filters: 32, kernelSize: 3, stride: 2, padding: 1 },
  { x: [2, 16, 9, 13], filters: 16, kernelSize: 3, stride: 2, padding: 1 },
  // Bands of rows: equal ones, a last one that is not full, at strides too; rows
  // that make no bands, and columns that are no stride apart.
  { x: [1, 16, 11, 16], filters: 16, kernelSize: 3, stride: 1, padding: 1 },
  { x: [2, 16, 9, 31], filters: 16, kernelSize: 3, stride: 2, padding: 1 },
  { x: [1, 16, 14, 16], filters: 16, kernelSize: 3, stride: 1, padding: 1 },
  { x: [2, 16, 16, 16], filters: 16, kernelSize: 3, stride: 1, padding: 1 },
  { x: [1, 16, 17, 9], filters: 16, kernelSize: 3, stride: 1, padding: 1 },
  { x: [1, 16, 32, 32], filters: 16, kernelSize: 3, stride: 2, padding: 1 },
  { x: [1, 16, 34, 16], filters: 16, kernelSize: 5, stride: 2, padding: 2 },
  { x: [2, 16, 30, 12], filters: 16, kernelSize: 3, stride: 3, padding: 1 },
  // Whole bands and blocks: of one row of blocks, of a wide filter, at strides.
  { x: [1, 16, 8, 16], filters: 32, kernelSize: 3, stride: 1, padding: 1 },
  { x: [2, 16, 12, 32], filters: 16, kernelSize: 5, stride: 1, padding: 2 },
  { x: [2, 16, 16, 32], filters: 16, kernelSize: 5, stride: 2, padding: 2 },
  { x: [1, 32, 24, 48], filters: 16, kernelSize: 3, stride: 3, padding: 1 },
  // Products of cells, more outputs than inputs and fewer, and odd counts.
  { x: [2, 16, 8, 16], filters: 48, kernelSize: 1, stride: 1, padding: 0 },
  { x: [2, 48, 16, 8], filters: 16, kernelSize: 1, stride: 1, padding: 0 },
  { x: [2, 32, 5, 7], filters: 16, kernelSize: 1, stride: 1, padding: 0 },
  // One image; cells in several stretches; every other cell in whole blocks.
  { x: [1, 16, 16, 32], filters: 48, kernelSize: 1, stride: 1, padding: 0 },
  { x: [2, 48, 16, 32], filters: 16, kernelSize: 1, stride: 1, padding: 0 },
  { x: [2, 16, 8, 16], filters: 32, kernelSize: 1, stride: 2, padding: 0 },
  { x: [2, 16, 8, 12], filters: 32, kernelSize: 1, stride: 2, padding: 0 },
  { x: [1, 32, 9, 7], filters: 16, kernelSize: 1, stride: 2, padding: 0 },
  // A filter that overlaps the border by more than it needs.
  { x: [1, 16, 6, 8], filters: 16, kernelSize: 3, stride: 1, padding: 2 },
  { x: [1, 16, 6, 8], filters: 16, kernelSize: 3, stride: 1, padding: 0 },
];

for (const geometry of GEOMETRIES) {
  const { x, filters, kernelSize: k, stride, padding } = geometry;
  Deno.test(
    `the blocked lowering convolves [${x}] with ${filters} filters of ${k}x${k}, stride ${stride}, padding ${padding}`,
    onBlocked,
    () => agrees((be) => convolved(be, geometry)),
  );
}

Deno.test("hasBands() wants whole blocks of columns and bands of rows", () => {
  const has = (change: Partial<Window>): boolean =>
    hasBands({
      ...{ batch: 2, channels: 16, filters: 16, kh: 3, kw: 3, padding: 1 },
      ...{ stride: 1, height: 16, width: 32, rows: 16, columns: 32 },
      ...change,
    }, 16);
  ok(has({}));
  ok(has({ stride: 2, height: 32, width: 64 }));
  ok(has({ height: 12, rows: 12 }), "bands of six rows");
  ok(!has({ width: 24, columns: 24 }), "half a block");
  ok(!has({ stride: 2, height: 31, width: 63 }), "no stride apart");
  ok(!has({ height: 22, rows: 22 }), "bands of two rows");
});

Deno.test(
  "the blocked lowering adds what is added and applies a ReLU once",
  onBlocked,
  () => agrees((be) => residual(be, { stride: 1, shape: [2, 16, 8, 20] })),
);

Deno.test(
  "the blocked lowering sums the gradients of a block at stride 2",
  onBlocked,
  () => agrees((be) => residual(be, { stride: 2, shape: [2, 16, 8, 20] })),
);

Deno.test(
  "the blocked lowering keeps right what it does not know at odd sizes",
  onBlocked,
  () => agrees((be) => residual(be, { stride: 2, shape: [2, 16, 9, 13] })),
);

for (
  const [name, size] of Object.entries({
    "in four planes": [128, 64],
    "in planes of broken blocks": [64, 80],
    "of an odd result": [62, 64],
  })
) {
  for (const relu of [true, false]) {
    Deno.test(
      `the blocked lowering trains a stem and its pool ${name}, ${
        relu ? "a" : "no"
      } ReLU behind it`,
      onBlocked,
      () => agrees((be) => stem(be, size as [number, number], { relu }), 1e-4),
    );
  }
}

Deno.test(
  "the blocked lowering trains a stem of 5x5 filters",
  onBlocked,
  () => agrees((be) => stem(be, [64, 64], { kernelSize: 5 }), 1e-4),
);

for (const relu of [true, false]) {
  Deno.test(
    `the blocked lowering gives all of a pool's gradient to the first of equal cells, ${
      relu ? "a" : "no"
    } ReLU behind it`,
    onBlocked,
    () => agrees((be) => stem(be, [64, 64], { contrast: 0, relu })),
  );
}

Deno.test("isStemPoolGrad() wants a gradient that is zero where the pool's result is not positive", () => {
  const { conv2d, maxPool2d, maxPool2dGrad, mul, relu, step } = operations;
  const leaf = (...shape: number[]): OnnxTensor => ({ kind: "tensor", shape });
  const stride = { stride: 2, padding: 3 };
  const window = { kernelSize: 3, stride: 2, padding: 1 };
  const [x, other] = [1, 2].map((seed) => {
    const w = constantLeaf(uniform(seed, [16, 3, 7, 7]).data, [16, 3, 7, 7]);
    return conv2d(leaf(2, 3, 64, 64), w, stride);
  }) as [OnnxTensor, OnnxTensor];
  const dy = leaf(2, 16, 16, 16);
  const isOfStem = (dy: OnnxTensor, attributes = window): boolean => {
    const node = maxPool2dGrad(x, dy, attributes);
    const plan = planGraph([node], () => false);
    return isStemPoolGrad(
      plan,
      plan.canonical(node) as OperationNode<"maxPool2dGrad">,
    );
  };
  const y = maxPool2d(x, window);
  ok(isOfStem(mul(dy, step(relu(y)))));
  ok(isOfStem(mul(step(y), dy)), "step(y) is step(relu(y))");
  ok(!isOfStem(dy), "nothing is known of it");
  ok(!isOfStem(mul(dy, relu(y))), "not a step");
  ok(!isOfStem(mul(dy, step(maxPool2d(other, window)))), "of another pool");
  const two = { kernelSize: 2, stride: 2, padding: 0 };
  ok(!isOfStem(mul(dy, step(maxPool2d(x, two)))), "of another window");
  ok(!isOfStem(mul(dy, step(maxPool2d(x, two))), two), "not a ResNet's");
});

Deno.test(
  "weights keep their numbers between steps that leave them in blocks",
  onBlocked,
  async () => {
    const blocked = await open("blocked");
    const plain = await open("plain");
    const trained = async (be: OnnxBackend): Promise<readonly TensorData[]> => {
      const step = be.compile(({ x, w }) => {
        const { gradients } = valueAndGrad(be, (tape, { w }) => {
          const y = tape.conv2d(tape.lift(x!), w!, { stride: 1, padding: 1 });
          return { value: tape.sum(tape.mul(y, y), [0, 1, 2, 3]) };
        })({ w: w! });
        return { w: be.sub(w!, be.mul(gradients.w!, 1e-4)) };
      });
      const x = tensor(be, 1, [2, 32, 8, 8]);
      const start = tensor(be, 2, [16, 32, 3, 3]);
      let w = start;
      for (let i = 0; i < 3; i++) w = (await step({ x, w })).w!;
      // Read after the program has packed the first, and beside another use.
      const sums = be.sum(w, [1, 2, 3]);
      return await be.read([w, start, sums, be.transpose(w, [1, 0, 2, 3])]);
    };
    const [got, want] = [await trained(blocked), await trained(plain)];
    want.forEach((data, i) => assertClose(`result ${i}`, got[i]!, data, 1e-5));
    await blocked.close();
    await plain.close();
  },
);

Deno.test(
  "one tensor is fed as a filter and row-major at once",
  onBlocked,
  async () => {
    const program = <T>(be: Backend<T>) =>
      be.compile(({ x, a, b }) => ({
        y: be.conv2d(x!, a!, { stride: 1, padding: 1 }),
        z: be.transpose(b!, [1, 0, 2, 3]),
      }));
    const results = async <T>(be: Backend<T>, w: T) => {
      const x = tensor(be, 1, [2, 16, 8, 8]);
      const { y, z } = await program(be)({ x, a: w, b: w });
      return await be.read([y!, z!, w]);
    };
    const shape = [16, 16, 3, 3];
    const { data } = uniform(2, shape);
    const blocked = await open("blocked");
    const reference = referenceBackend();
    const want = await results(reference, reference.tensor(data, shape));
    for (const make of [blocked.tensor, blocked.constant]) {
      const got = await results(blocked, make(data, shape));
      want.forEach((each, i) =>
        assertProportional(`result ${i}`, got[i]!, each, 1e-5)
      );
    }
    await blocked.close();
  },
);

Deno.test("onnxBackend() says which lowering it took", onBlocked, async () => {
  const [auto, plain] = [await open("auto"), await open("plain")];
  ok(/^blocked(8|16)$/.test(auto.lowering));
  strictEqual(plain.lowering, "plain");
  await auto.close();
  await plain.close();
});

Deno.test("onnxBackend() has no blocked lowering in WebAssembly", async () => {
  const wasm = await onnxBackend({ device: "wasm", lowering: "blocked" })();
  deepStrictEqual(
    wasm._tag === "Left" && wasm.left.message.includes("blocked operators"),
    true,
  );
});
