// What exportOnnx() writes is run by ONNX Runtime alone, and compared with the
// float64 reference backend.
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import proto, { type onnx } from "onnx-proto";
import { InferenceSession, Tensor } from "onnxruntime-node";
import type { Backend, TensorMap } from "../../src/backends/backend.ts";
import {
  exportOnnx,
  type ExportOnnxOptions,
} from "../../src/backends/onnx/export_onnx.ts";
import { referenceBackend } from "../../src/backends/reference.ts";
import { OptionError } from "../../src/core/errors.ts";
import { assertNear, drawn, type Numbers } from "../_helpers.ts";

const { onnx: messages } = proto as { onnx: typeof onnx };

type AnyProgram = <T>(
  backend: Backend<T>,
  inputs: TensorMap<T>,
) => TensorMap<T>;

/** Results of the model, and of the program in float64. */
async function both(
  program: AnyProgram,
  inputs: Readonly<Record<string, Numbers>>,
  options: Omit<ExportOnnxOptions, "inputs"> = {},
) {
  const shapes = Object.entries(inputs).map(([n, { shape }]) => [n, shape]);
  const bytes = await exportOnnx(program, {
    ...options,
    inputs: Object.fromEntries(shapes),
  });
  const session = await InferenceSession.create(bytes);
  const feeds = Object.entries(inputs).map(([name, { data, shape }]) => [
    name,
    new Tensor("float32", Float32Array.from(data), shape),
  ]);
  const got = await session.run(Object.fromEntries(feeds));
  await session.release();
  const be = referenceBackend();
  const tensors = Object.entries(inputs).map(([name, { data, shape }]) => [
    name,
    be.tensor(data, shape),
  ]);
  const wanted = program(be, Object.fromEntries(tensors));
  return { bytes, got, wanted, model: messages.ModelProto.decode(bytes) };
}

/** Convolution with a folded norm, a pool, attention-like products. */
const network: AnyProgram = (be, { x, q }) => {
  const weight = drawn(1, [4, 3, 3, 3]);
  const gain = be.sqrt(be.add(be.constant([1, 2, 3, 4], [4, 1, 1, 1]), 0.5));
  const map = be.conv2d(
    x!,
    be.mul(be.constant(weight.data, weight.shape), gain),
    { stride: 2, padding: 1, bias: be.constant([0.1, -0.2, 0.3, 0], [4]) },
  );
  const pooled = be.relu(
    be.maxPool2d(map, { kernelSize: 3, stride: 1, padding: 1 }),
  );
  const features = be.reshape(pooled, [1, 4, 16]);
  const norm = be.sqrt(be.sum(be.mul(features, features), [1]));
  const unit = be.div(features, be.maximum(norm, 1e-6));
  const scores = be.matMul(q!, unit);
  return {
    p: be.softmax(be.div(scores, 0.1)),
    best: be.argMax(scores),
    positive: be.step(scores),
    features,
  };
};
const INPUTS = { x: drawn(2, [1, 3, 8, 8]), q: drawn(3, [1, 5, 4]) };

Deno.test("exportOnnx() writes a model that ONNX Runtime runs alone", async () => {
  const { got, wanted, model } = await both(network, INPUTS);
  deepStrictEqual(Object.keys(got), ["p", "best", "positive", "features"]);
  for (const [name, { data, shape }] of Object.entries(wanted)) {
    deepStrictEqual([...got[name]!.dims], [...shape]);
    assertNear(got[name]!.data as Float32Array, data, 1e-5);
  }
  // The standard and nothing else.
  deepStrictEqual(
    model.opsetImport.map(({ domain, version }) => [domain, Number(version)]),
    [["", 18]],
  );
  ok(model.graph!.node!.every(({ domain }) => !domain));
  // The folded filter is there, and what it was made of is not.
  const filters = model.graph!.initializer!.filter(({ dims }) =>
    dims!.length === 4
  );
  strictEqual(filters.length, 1);
  const roots = model.graph!.node!.filter(({ opType }) => opType === "Sqrt");
  strictEqual(roots.length, 1);
});

Deno.test("exportOnnx() writes half precision up to its marks", async () => {
  const exact = await both(network, INPUTS);
  const { got, wanted, model, bytes } = await both(network, INPUTS, {
    halfUpTo: ["features"],
  });
  deepStrictEqual(Object.keys(got), ["p", "best", "positive"]);
  ok(bytes.length < exact.bytes.length);
  const p = got["p"]!;
  strictEqual(p.type, "float32");
  // 11 bits of the features, times 1 / 0.1 in the exponent.
  assertNear(p.data as Float32Array, wanted["p"]!.data, 5e-3);
  const byType = Map.groupBy(
    model.graph!.initializer!,
    ({ dataType }) => dataType,
  );
  deepStrictEqual(byType.get(10)!.map(({ dims }) => dims!.length).sort(), [
    1,
    4,
  ]);
  // Behind the mark nothing is half: its products read casts of float32.
  const half = new Set(byType.get(10)!.map(({ name }) => name));
  const products = model.graph!.node!.filter(({ opType }) =>
    opType === "MatMul"
  );
  ok(products.every(({ input }) => !input!.some((x) => half.has(x))));
});

Deno.test("exportOnnx() keeps weights that half precision cannot hold", async () => {
  const program: AnyProgram = (be, { x }) => {
    const y = be.matMul(x!, be.constant([1e5, 1, 2, 3], [2, 2]));
    return { y, sum: be.sum(y, [1]) };
  };
  const inputs = { x: { shape: [1, 2], data: [0.5, 0.25] } };
  const { got, model } = await both(program, inputs, { halfUpTo: ["y"] });
  deepStrictEqual(
    model.graph!.initializer!.filter((x) => x.dataType === 10),
    [],
  );
  // (0.5, 0.25) times the rows (1e5, 1) and (2, 3): 50000.5 and 1.25.
  assertNear(got["sum"]!.data as Float32Array, [5e4 + 1.75], 1e-3);
});

Deno.test("exportOnnx() gives a marked value out in float32", async () => {
  const program: AnyProgram = (be, { x }) => {
    const y = be.relu(be.matMul(x!, be.constant([1, -1, 0.5, 2], [2, 2])));
    return { y: be.reshape(y, [2]), mark: be.add(y, y) };
  };
  const inputs = { x: { shape: [1, 2], data: [0.5, 0.25] } };
  const { got, wanted } = await both(program, inputs, { halfUpTo: ["mark"] });
  strictEqual(got["y"]!.type, "float32");
  // All numbers are exact in half precision.
  deepStrictEqual([...got["y"]!.data], [...wanted["y"]!.data]);
});

Deno.test("exportOnnx() keeps inputs in order, read or not, and metadata", async () => {
  const bytes = await exportOnnx(
    (be, { b }) => ({ same: b!, two: be.constant([2], [1]) }),
    {
      inputs: { a: [3], b: [1] },
      metadata: { rule: "center" },
      description: "nothing",
      producer: { name: "test", version: "1.2" },
    },
  );
  const session = await InferenceSession.create(bytes);
  deepStrictEqual(session.inputNames, ["a", "b"]);
  const a = new Tensor("float32", new Float32Array(3), [3]);
  const b = new Tensor("float32", [7], [1]);
  const { same, two } = await session.run({ a, b });
  deepStrictEqual([...same!.data, ...two!.data], [7, 2]);
  const model = messages.ModelProto.decode(bytes);
  deepStrictEqual(
    [model.producerName, model.producerVersion, model.docString],
    ["test", "1.2", "nothing"],
  );
  deepStrictEqual(
    model.metadataProps.map(({ key, value }) => [key, value]),
    [["rule", "center"]],
  );
});

Deno.test("exportOnnx() refuses names and programs", async () => {
  const program: AnyProgram = (_, { x }) => ({ y: x! });
  const inputs = { x: [1] };
  const wrong: readonly (readonly [AnyProgram, ExportOnnxOptions])[] = [
    [program, { inputs: { x: [1], v0: [1] } }],
    [program, { inputs, halfUpTo: ["z"] }],
    [program, { inputs, halfUpTo: ["y"] }],
    [(_, { x }) => ({ x: x! }), { inputs }],
    [() => ({}), { inputs }],
  ];
  for (const [each, options] of wrong) {
    await rejects(exportOnnx(each, options), OptionError);
  }
  await rejects(
    exportOnnx((be, { x }) => {
      be.read([x!]);
      return { y: x! };
    }, { inputs }),
    { name: "UnsupportedOperationError" },
  );
});
