import { deepStrictEqual, ok } from "node:assert/strict";
import type { Backend, Shape, TensorMap } from "../../src/backends/backend.ts";
import { foldingBackend } from "../../src/backends/onnx/_folding_backend.ts";
import { planGraph } from "../../src/backends/onnx/_plan.ts";
import { fuseOperations } from "../../src/backends/onnx/fuse_operations.ts";
import type { OnnxTensor } from "../../src/backends/onnx/graph.ts";
import { everything } from "../../src/backends/onnx/_runtime.ts";
import type { DeviceTraits } from "../../src/backends/onnx/lowering.ts";
import { onnxBackend } from "../../src/backends/onnx/mod.ts";
import { referenceBackend } from "../../src/backends/reference.ts";
import {
  type Tape,
  type Taped,
  valueAndGrad,
} from "../../src/backends/tape.ts";
import { gelu } from "../../src/nn/gelu.ts";
import { layerNorm } from "../../src/nn/layer_norm.ts";
import { vitBlock } from "../../src/nn/vit_block.ts";
import { assertClose, type Numbers, uniform } from "./_numbers.ts";

const nothing: DeviceTraits = {
  ...everything,
  gelu: false,
  layerNormStatistics: false,
};

/** A function of named tensors whose value and gradients are compared. */
interface Case {
  readonly name: string;
  readonly inputs: Readonly<Record<string, Numbers>>;
  readonly f: <T>(be: Backend<T>, inputs: TensorMap<T>) => T;
  /** Operations that stand for others, in their order. */
  readonly fused: readonly string[];
  /** Operations that must have gone. */
  readonly gone: readonly string[];
}

const norm = (channels: number) => ({
  weight: uniform(2, [channels], 0.5, 1.5),
  bias: uniform(3, [channels]),
});

/** As a ViT's block has it: queries, keys and values side by side. */
function selfAttention<T>(
  be: Backend<T>,
  x: T,
  { heads, scale }: { readonly heads: number; readonly scale?: number },
): T {
  const [batch = 0, tokens = 0, width = 0] = be.shape(x);
  const channels = width / 3;
  const [query, key, value] = [0, 1, 2].map((part) => {
    const size = [batch, tokens, channels];
    const split = [batch, tokens, heads, channels / heads];
    const slice = be.slice(x, [0, 0, part * channels], size);
    return be.transpose(be.reshape(slice, split), [0, 2, 1, 3]);
  }) as [T, T, T];
  const scaled = be.mul(query, scale ?? 1 / Math.sqrt(channels / heads));
  const weights = be.softmax(be.matMul(scaled, key, { transposeB: true }));
  const mixed = be.transpose(be.matMul(weights, value), [0, 2, 1, 3]);
  return be.reshape(mixed, [batch, tokens, channels]);
}

const CASES: readonly Case[] = [
  {
    name: "a GELU and its gradient",
    // Far into both tails, and 0.
    inputs: {
      x: { shape: [2, 5], data: [0, -9, 9, 1e-30, -1, 1, -3, 3, 5, -5] },
    },
    f: (be, { x }) => gelu(be, x!),
    fused: ["gelu", "geluGrad"],
    gone: ["erf", "exp"],
  },
  {
    name: "a GELU and the gradient by the weight behind it",
    inputs: { x: uniform(1, [2, 3, 4], -4, 4), w: uniform(2, [5, 4]) },
    f: (be, { x, w }) =>
      be.matMul(be.reshape(gelu(be, x!), [6, 4]), w!, { transposeB: true }),
    fused: ["gelu", "geluGrad", "geluWeightGrad"],
    gone: ["erf", "exp"],
  },
  {
    name: "a GELU whose rows a product joins, and the gradient by its weight",
    inputs: { x: uniform(1, [2, 3, 4], -4, 4), w: uniform(2, [5, 12]) },
    f: (be, { x, w }) =>
      be.matMul(be.reshape(gelu(be, x!), [2, 12]), w!, { transposeB: true }),
    fused: ["gelu", "geluGrad", "geluWeightGrad"],
    gone: ["erf", "exp"],
  },
  {
    name: "a GELU alone of a product for each image",
    inputs: { x: uniform(1, [6, 4], -4, 4), w: uniform(2, [2, 5, 4]) },
    f: (be, { x, w }) =>
      be.matMul(be.reshape(gelu(be, x!), [2, 3, 4]), w!, { transposeB: true }),
    fused: ["gelu", "geluGrad"],
    gone: ["erf", "exp", "geluWeightGrad"],
  },
  {
    name: "a layer norm and its gradients",
    inputs: { x: uniform(1, [2, 3, 8], -2, 5), ...norm(8) },
    f: (be, { x, weight, bias }) =>
      layerNorm(be, x!, { weight: weight!, bias: bias!, epsilon: 1e-6 }),
    fused: ["layerNorm", "layerNormInputGrad", "layerNormWeightGrad"],
    gone: ["sqrt", "div"],
  },
  {
    name: "a layer norm beside which its input goes on",
    inputs: { x: uniform(1, [4, 6], -2, 5), ...norm(6) },
    f: (be, { x, weight, bias }) =>
      be.add(
        x!,
        layerNorm(be, x!, { weight: weight!, bias: bias!, epsilon: 0.1 }),
      ),
    fused: ["layerNorm", "layerNormInputGrad", "layerNormWeightGrad"],
    gone: ["sqrt", "div"],
  },
  {
    name: "a layer norm and the gradient by the weight behind it",
    inputs: {
      x: uniform(1, [2, 3, 8], -2, 5),
      ...norm(8),
      w: uniform(4, [5, 8]),
    },
    f: (be, { x, weight, bias, w }) => {
      const y = layerNorm(be, x!, {
        weight: weight!,
        bias: bias!,
        epsilon: 1e-6,
      });
      return be.matMul(be.reshape(y, [6, 8]), w!, { transposeB: true });
    },
    fused: [
      "layerNorm",
      "layerNormInputGrad",
      "layerNormWeightGrad",
      "layerNormProductGrad",
    ],
    gone: ["sqrt", "div"],
  },
  {
    name: "a product and the row added to it",
    inputs: {
      a: uniform(1, [3, 4]),
      b: uniform(2, [5, 4]),
      row: uniform(3, [5]),
    },
    f: (be, { a, b, row }) =>
      be.add(be.matMul(a!, b!, { transposeB: true }), row!),
    fused: ["matMulAdd"],
    gone: [],
  },
  ...[[3, 5, 12, 2], [1, 4, 9, 3], [2, 3, 6, 1]].map((
    [batch = 0, tokens = 0, width = 0, heads = 0],
  ): Case => ({
    name: `a self-attention of ${batch} images, ${heads} heads`,
    inputs: { x: uniform(1, [batch, tokens, width], -3, 3) },
    f: (be, { x }) => selfAttention(be, x!, { heads }),
    fused: ["attention", "attentionGrad"],
    gone: ["softmax", "sub", "pad", "concat"],
  })),
  {
    name: "two self-attentions of one tensor, of unlike heads",
    inputs: { x: uniform(1, [2, 3, 12], -3, 3) },
    f: (be, { x }) =>
      be.mul(
        selfAttention(be, x!, { heads: 2 }),
        selfAttention(be, x!, { heads: 4 }),
      ),
    fused: ["attention"],
    gone: [],
  },
  {
    name: "nothing of features warped by the softmax of a correlation",
    inputs: { x: uniform(1, [2, 6, 6], -3, 3), v: uniform(2, [2, 6, 4]) },
    f: (be, { x, v }) =>
      be.reshape(
        be.transpose(be.matMul(be.softmax(x!), v!), [0, 2, 1]),
        [2, 4, 2, 3],
      ),
    fused: ["softmax"],
    gone: ["attention", "attentionGrad"],
  },
  {
    name: "nothing of a self-attention of another scale",
    inputs: { x: uniform(1, [2, 3, 12], -3, 3) },
    f: (be, { x }) => selfAttention(be, x!, { heads: 2, scale: 0.5 }),
    fused: ["softmax"],
    gone: ["attention", "attentionGrad"],
  },
  {
    name: "the gradients of slices that share out a tensor",
    inputs: { x: uniform(1, [2, 3, 9]) },
    f: (be, { x }) => {
      const part = (begin: number) => be.slice(x!, [0, 0, begin], [2, 3, 3]);
      return be.add(be.mul(part(3), part(0)), be.exp(part(6)));
    },
    fused: ["concat"],
    gone: ["pad"],
  },
  {
    name: "nothing of the gradients of slices that overlap or leave a gap",
    inputs: { x: uniform(1, [2, 8]) },
    f: (be, { x }) => {
      const part = (begin: number) => be.slice(x!, [0, begin], [2, 3]);
      return be.add(
        be.mul(part(0), part(2)),
        be.mul(be.slice(x!, [0, 0], [2, 3]), part(5)),
      );
    },
    fused: [],
    gone: ["concat"],
  },
];

for (const { name, inputs, f, fused, gone } of CASES) {
  Deno.test(`fuseOperations() makes one operation of ${name}`, () => {
    const plan = recorded(inputs, f);
    const names = plan(everything);
    deepStrictEqual(
      [...new Set(names)].filter((each) => fused.includes(each)).sort(),
      [...fused].sort(),
    );
    deepStrictEqual(names.filter((each) => gone.includes(each)), []);
  });

  for (const lowering of ["plain", "blocked"] as const) {
    Deno.test(`fuseOperations() keeps the numbers of ${name}, ${lowering}`, async (t) => {
      const created = await onnxBackend({ device: "cpu", lowering })();
      if (created._tag === "Left") {
        await t.step({ name: created.left.message, ignore: true, fn() {} });
        return;
      }
      const backend = created.right;
      const reference = referenceBackend();
      const want = await reference.read(differentiated(reference, inputs, f));
      const got = await backend.read(differentiated(backend, inputs, f));
      want.forEach((data, i) =>
        assertClose(`result ${i}`, got[i]!, data, 1e-5)
      );
      await backend.close();
    });
  }
}

Deno.test("fuseOperations() puts what an operation reads before it, in whatever order results are wanted", () => {
  for (const { inputs, f } of CASES) {
    const leaves = leavesOf(inputs);
    const wanted = gradientsOf(foldingBackend(), leaves, f);
    for (const outputs of [wanted, wanted.toReversed(), wanted.slice(2)]) {
      const plan = planGraph(outputs, () => false);
      const { operations, canonical } = fuseOperations(plan, everything);
      const before = new Set<OnnxTensor>();
      for (const node of operations) {
        const late = node.inputs.map(canonical)
          .filter((x) => x.kind === "operation" && !before.has(x));
        deepStrictEqual(late, []);
        before.add(node);
      }
    }
  }
});

Deno.test("fuseOperations() leaves a device what it has no operator for", () => {
  for (const { inputs, f } of CASES) {
    const plan = recorded(inputs, f);
    deepStrictEqual(
      plan(nothing).filter((each) => /^(gelu|layerNorm)/.test(each)),
      [],
    );
  }
});

Deno.test("fuseOperations() leaves an attention whose weights are wanted alone", () => {
  const be = foldingBackend();
  const x: OnnxTensor = { kind: "tensor", shape: [1, 3, 6] };
  const y = selfAttention(be, x, { heads: 1 });
  const weights = planGraph([y], () => false).operations
    .find(({ operation }) => operation === "softmax")!;
  const plan = planGraph([y, weights], () => false);
  const { operations } = fuseOperations(plan, everything);
  ok(operations.every(({ operation }) => operation !== "attention"));
});

Deno.test("a self-attention of a whole batch keeps its numbers where Scan is slow", async (t) => {
  const created = await onnxBackend({ device: "wasm" })();
  if (created._tag === "Left") {
    await t.step({ name: created.left.message, ignore: true, fn() {} });
    return;
  }
  const [backend, reference] = [created.right, referenceBackend()];
  const inputs = { x: uniform(1, [3, 5, 12], -3, 3) };
  const f: Case["f"] = (be, { x }) => selfAttention(be, x!, { heads: 2 });
  const want = await reference.read(differentiated(reference, inputs, f));
  const got = await backend.read(differentiated(backend, inputs, f));
  want.forEach((data, i) => assertClose(`result ${i}`, got[i]!, data, 1e-5));
  await backend.close();
});

Deno.test("fuseOperations() looks behind nothing that is fed", async (t) => {
  const created = await onnxBackend({ device: "cpu" })();
  if (created._tag === "Left") {
    await t.step({ name: created.left.message, ignore: true, fn() {} });
    return;
  }
  const be = created.right;
  const a = be.tensor(uniform(1, [2, 3, 4]).data, [2, 3, 4]);
  const product = be.matMul(a, a, { transposeB: true });
  const total = be.sum(product, [0]);
  const [sums] = await be.read([total]);
  const [symmetric] = await be.read([product]);
  const turned = be.reshape(be.transpose(product, [0, 2, 1]), [2, 9]);
  const [flat, again] = await be.read([turned, be.reshape(total, [9])]);
  deepStrictEqual([...again!], [...sums!]);
  deepStrictEqual([...flat!], [...symmetric!]);
  await be.close();
});

Deno.test("fuseOperations() leaves a GELU of another slope alone", () => {
  const inputs = { x: uniform(1, [2, 5]) };
  const names = recorded(inputs, (be, { x }) => {
    const half = be.mul(x!, 0.5);
    return be.add(half, be.mul(half, be.erf(be.mul(x!, 0.7))));
  })(everything);
  deepStrictEqual(names.filter((each) => each.startsWith("gelu")), []);
});

Deno.test("fuseOperations() finds every norm, GELU and attention of a transformer's block", () => {
  const linear = (name: string, outputs: number, inputs: number) => ({
    [`${name}.weight`]: uniform(1, [outputs, inputs]),
    [`${name}.bias`]: uniform(2, [outputs]),
  });
  const names = recorded({
    x: uniform(1, [2, 3, 4]),
    "norm1.weight": uniform(2, [4]),
    "norm1.bias": uniform(3, [4]),
    "norm2.weight": uniform(4, [4]),
    "norm2.bias": uniform(5, [4]),
    ...linear("attn.qkv", 12, 4),
    ...linear("attn.proj", 4, 4),
    ...linear("mlp.fc1", 16, 4),
    ...linear("mlp.fc2", 4, 16),
  }, (be, { x, ...parameters }) => vitBlock(be, parameters, x!, { heads: 2 }))(
    everything,
  );
  const count = (name: string) => names.filter((each) => each === name).length;
  deepStrictEqual(
    [
      "layerNorm",
      "layerNormInputGrad",
      "layerNormWeightGrad",
      "layerNormProductGrad",
    ].map(count),
    [2, 2, 2, 2],
  );
  deepStrictEqual(["gelu", "geluGrad", "erf", "sqrt"].map(count), [1, 1, 0, 0]);
  deepStrictEqual(
    ["attention", "attentionGrad", "softmax"].map(count),
    [1, 1, 0],
  );
});

/** The value of `f`, weighted into one number, and the gradients by its inputs. */
function differentiated<T>(
  be: Backend<T>,
  inputs: Case["inputs"],
  f: Case["f"],
): readonly T[] {
  const parameters = Object.fromEntries(
    Object.entries(inputs).map((
      [name, { data, shape }],
    ) => [name, be.tensor(data, shape)]),
  );
  return gradientsOf(be, parameters, f);
}

function gradientsOf<T>(
  be: Backend<T>,
  parameters: TensorMap<T>,
  f: Case["f"],
): readonly T[] {
  const { aux, value, gradients } = valueAndGrad(
    be,
    (tape: Tape<T>, xs: TensorMap<Taped<T>>) => {
      const y = f(tape, xs);
      const shape = tape.shape(y);
      const { data } = uniform(9, shape);
      const weighted = tape.mul(y, tape.constant(data, shape));
      return { value: tape.sum(weighted, axes(shape)), aux: { y } };
    },
  )(parameters);
  return [value, aux["y"]!, ...Object.values(gradients)];
}

/** From traits, the operations that are left of `f` and its gradients. */
function recorded(
  inputs: Case["inputs"],
  f: Case["f"],
): (device: DeviceTraits) => readonly string[] {
  const wanted = gradientsOf(foldingBackend(), leavesOf(inputs), f);
  const plan = planGraph(wanted, () => false);
  return (device) =>
    fuseOperations(plan, device).operations.map(({ operation }) => operation);
}

function leavesOf(inputs: Case["inputs"]): TensorMap<OnnxTensor> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { shape }]): [string, OnnxTensor] => [
      name,
      { kind: "tensor", shape },
    ]),
  );
}

function axes(shape: Shape): readonly number[] {
  return shape.map((_, axis) => axis);
}
