import { ok, throws } from "node:assert/strict";
import type { Backend, TensorMap } from "../../src/backends/backend.ts";
import { referenceBackend } from "../../src/backends/reference.ts";
import { valueAndGrad } from "../../src/backends/tape.ts";
import { OptionError, ShapeError } from "../../src/core/errors.ts";
import { basicBlock } from "../../src/nn/basic_block.ts";
import { bottleneckBlock } from "../../src/nn/bottleneck_block.ts";
import { vitBlock } from "../../src/nn/vit_block.ts";
import {
  assertGolden,
  golden,
  type GoldenTensor,
  type GoldenTensors,
  upload,
} from "./_goldens.ts";

interface BlockCase<O> {
  readonly options: O;
  readonly inputs: {
    readonly x: GoldenTensor;
    readonly params: GoldenTensors;
    readonly cotangent: GoldenTensor;
  };
  readonly expected: {
    readonly value: GoldenTensor;
    readonly gradX: GoldenTensor;
    readonly gradParams: GoldenTensors;
  };
  readonly tolerance: number;
}

/** Holds value and gradients of a block against its reference case. */
async function assertBlock<O>(
  { inputs, expected, tolerance }: BlockCase<O>,
  block: <T>(backend: Backend<T>, parameters: TensorMap<T>, x: T) => T,
): Promise<void> {
  const backend = referenceBackend();
  const { x, params, cotangent } = inputs;
  const { value, gradients } = valueAndGrad(backend, (tape, all) => {
    const { x, ...parameters } = all;
    if (x === undefined) throw new Error("lost");
    return {
      value: block(tape, parameters, x),
      cotangent: tape.tensor(cotangent.data, cotangent.shape),
    };
  })(upload(backend, { ...params, x }));
  await assertGolden(backend, value, expected.value, tolerance);
  const wanted = { ...expected.gradParams, x: expected.gradX };
  for (const [name, want] of Object.entries(wanted)) {
    const got = gradients[name];
    if (got === undefined) throw new Error(`no gradient of ${name}`);
    await assertGolden(backend, got, want, tolerance);
  }
}

for (const number of ["070", "071"]) {
  Deno.test(`bottleneckBlock() and its gradients equal reference case ${number}`, async () => {
    const file = `cases/${number}-bottleneck.json`;
    const { options, ...rest } = await golden<
      BlockCase<{ stride: number; prefix: string }>
    >(file);
    await assertBlock(
      { options, ...rest },
      (backend, parameters, x) =>
        bottleneckBlock(backend, parameters, x, options),
    );
  });
}

Deno.test("vitBlock() and its gradients equal reference case 074", async () => {
  const test = await golden<BlockCase<{ heads: number }>>(
    "cases/074-vitBlock.json",
  );
  await assertBlock(test, (backend, parameters, x) => {
    const [tokens = 0, width = 0] = backend.shape(x);
    const y = vitBlock(
      backend,
      parameters,
      backend.reshape(x, [1, tokens, width]),
      test.options,
    );
    return backend.reshape(y, [tokens, width]);
  });
});

Deno.test("vitBlock() treats each image of a batch alone", async () => {
  const { inputs, expected, tolerance, options } = await golden<
    BlockCase<{ heads: number }>
  >("cases/074-vitBlock.json");
  const backend = referenceBackend();
  const { x, params } = inputs;
  const both = [...x.data.map((v) => 1 - v), ...x.data];
  const y = vitBlock(
    backend,
    upload(backend, params),
    backend.tensor(both, [2, ...x.shape]),
    options,
  );
  const second = backend.slice(y, [1, 0, 0], [1, ...x.shape]);
  await assertGolden(
    backend,
    second,
    { shape: [1, ...x.shape], data: expected.value.data },
    tolerance,
  );
});

Deno.test("vitBlock() refuses heads that do not divide the width", () => {
  const backend = referenceBackend();
  const x = backend.tensor([1, 2, 3], [1, 1, 3]);
  throws(() => vitBlock(backend, {}, x, { heads: 2 }), OptionError);
  const flat = backend.tensor([1, 2, 3], [1, 3]);
  throws(() => vitBlock(backend, {}, flat, { heads: 1 }), ShapeError);
});

Deno.test("basicBlock() has the gradient of central differences in both forms", async () => {
  const backend = referenceBackend();
  const wave = (size: number, phase: number) =>
    Float64Array.from({ length: size }, (_, i) => Math.sin(1.7 * i + phase));
  const conv = { shape: [2, 1, 3, 3], data: wave(18, 1) };
  const deep = { shape: [2, 2, 3, 3], data: wave(36, 2) };
  const skip = { shape: [2, 1, 1, 1], data: wave(2, 3) };
  const channel = (phase: number) => ({ shape: [2], data: wave(2, phase) });
  const norm = (name: string, phase: number) => ({
    [`${name}.weight`]: channel(phase),
    [`${name}.bias`]: channel(phase + 1),
    [`${name}.running_mean`]: channel(phase + 2),
    [`${name}.running_var`]: { shape: [2], data: [0.7, 1.3] },
  });
  const weights = {
    "b.conv1.weight": conv,
    "b.conv2.weight": deep,
    "b.downsample.0.weight": skip,
  };
  const forms = {
    plain: {
      ...weights,
      ...norm("b.bn1", 4),
      ...norm("b.bn2", 5),
      ...norm("b.downsample.1", 6),
    },
    folded: {
      ...weights,
      "b.conv1.bias": channel(4),
      "b.conv2.bias": channel(5),
      "b.downsample.0.bias": channel(6),
    },
  };
  const x = backend.tensor(wave(20, 0), [1, 1, 4, 5]);
  const cotangent = wave(12, 7);
  for (const host of Object.values(forms)) {
    const { gradients } = valueAndGrad(backend, (tape, parameters) => ({
      value: basicBlock(tape, parameters, tape.lift(x), {
        prefix: "b",
        stride: 2,
      }),
      cotangent: tape.tensor(cotangent, [1, 2, 2, 3]),
    }))(upload(backend, host));
    const objective = async (changed: typeof host): Promise<number> => {
      const y = basicBlock(backend, upload(backend, changed), x, {
        prefix: "b",
        stride: 2,
      });
      const [data = []] = await backend.read([y]);
      return cotangent.reduce((sum, c, i) => sum + c * (data[i] ?? NaN), 0);
    };
    for (const [name, { shape, data }] of Object.entries(host)) {
      const gradient = gradients[name];
      if (gradient === undefined) throw new Error("lost");
      const [got = []] = await backend.read([gradient]);
      for (let i = 0; i < data.length; i++) {
        const moved = (by: number) => ({
          ...host,
          [name]: { shape, data: data.map((v, j) => j === i ? v + by : v) },
        });
        const up = await objective(moved(1e-5));
        const down = await objective(moved(-1e-5));
        const want = (up - down) / 2e-5;
        ok(
          Math.abs((got[i] ?? NaN) - want) <= 1e-6 * (1 + Math.abs(want)),
          `${name}[${i}]: ${got[i]} against ${want}`,
        );
      }
    }
  }
});
