import { deepStrictEqual, ok, throws } from "node:assert/strict";
import { referenceBackend } from "../../src/backends/reference.ts";
import { OptionError, ShapeError } from "../../src/core/errors.ts";
import { adam } from "../../src/nn/adam.ts";
import { adamCorrections } from "../../src/nn/adam_corrections.ts";
import { assertNear, upload } from "./_goldens.ts";

const start = {
  a: { shape: [2, 2], data: [1, -2, 0.5, 0] },
  b: { shape: [], data: [3] },
};

const gradients = [
  { a: [0.1, -0.2, 0, 1e-6], b: [0.5] },
  { a: [0.3, 0.1, 0, -2e-6], b: [-0.25] },
  { a: [-0.2, 0.4, 1, 0], b: [0] },
];

// torch.optim.Adam in float64 with groups {a, lr 0.1} and {b, lr 0.01}.
const parametersOfPytorch = [
  {
    a: [0.900000009999999, -1.9000000049999999, 0.5, -0.09900990099009901],
    b: [2.9900000002],
  },
  {
    a: [0.8082219022055899, -1.873366302718676, 0.5, -0.06262960297103155],
    b: [2.9873366298707844],
  },
  {
    a: [
      0.7824315228897929,
      -1.9190994799913503,
      0.43611864116605287,
      -0.034547241055051026,
    ],
    b: [2.9852778368987467],
  },
];

Deno.test("adam() follows PyTorch's with two learning rates", async () => {
  const backend = referenceBackend();
  const zeros = {
    a: { shape: [2, 2], data: [0, 0, 0, 0] },
    b: { shape: [], data: [0] },
  };
  let parameters = upload(backend, start);
  let state = { m: upload(backend, zeros), v: upload(backend, zeros) };
  for (const [index, g] of gradients.entries()) {
    const next = adam(backend, {
      parameters,
      gradients: upload(backend, {
        a: { shape: [2, 2], data: g.a },
        b: { shape: [], data: g.b },
      }),
      state,
      corrections: backend.tensor(adamCorrections(index + 1), [2]),
      learningRate: (name) => name === "a" ? 0.1 : backend.tensor([0.01], []),
    });
    ({ parameters, state } = next);
    const { a, b } = parameters;
    if (a === undefined || b === undefined) throw new Error("lost");
    deepStrictEqual(backend.shape(b), []);
    const [gotA = [], gotB = []] = await backend.read([a, b]);
    assertNear(gotA, parametersOfPytorch[index]?.a ?? [], 1e-12);
    assertNear(gotB, parametersOfPytorch[index]?.b ?? [], 1e-12);
  }
  // exp_avg and exp_avg_sq of PyTorch, over 1 - beta.
  const { m: { a: m }, v: { a: v } } = state;
  if (m === undefined || v === undefined) throw new Error("lost");
  const [gotM = [], gotV = []] = await backend.read([m, v]);
  assertNear(gotM, [0.151, 0.328, 1, -9.9e-7], 1e-12);
  assertNear(gotV, [0.13989001, 0.20991004, 1, 4.994001e-12], 1e-12);
});

Deno.test("adam() fits a parabola", async () => {
  const backend = referenceBackend();
  const one = (x: number) => ({ p: backend.tensor([x], []) });
  let parameters: Record<string, ReturnType<typeof backend.tensor>> = one(5);
  let state = { m: one(0), v: one(0) } as {
    m: typeof parameters;
    v: typeof parameters;
  };
  for (let step = 1; step <= 300; step++) {
    const { p } = parameters;
    if (p === undefined) throw new Error("lost");
    const next = adam(backend, {
      parameters,
      gradients: { p: backend.mul(backend.sub(p, 2), 2) }, // of (p - 2)^2
      state,
      corrections: backend.tensor(adamCorrections(step), [2]),
      learningRate: () => 0.1,
    });
    parameters = { ...next.parameters };
    state = { m: { ...next.state.m }, v: { ...next.state.v } };
  }
  const [[got = NaN] = []] = await backend.read(Object.values(parameters));
  ok(Math.abs(got - 2) < 1e-3);
});

Deno.test("adamCorrections() approach the undivided limit", () => {
  // t = 2: 0.1 / 0.19 * sqrt(0.001999 / 0.001) and 1e-8 sqrt(1.999).
  const [rate, guard] = adamCorrections(2);
  assertNear([rate, guard], [
    0.1 / 0.19 * Math.sqrt(1.999),
    1e-8 * Math.sqrt(1.999),
  ], 1e-14);
  // t large: both corrections vanish, 0.1 sqrt(1000) and 1e-8 sqrt(1000).
  assertNear(adamCorrections(1e6), [
    0.1 * Math.sqrt(1000),
    1e-8 * Math.sqrt(1000),
  ], 1e-12);
  throws(() => adamCorrections(0), OptionError);
});

Deno.test("adam() names a missing gradient and refuses other corrections", () => {
  const backend = referenceBackend();
  const parameters = upload(backend, start);
  const state = { m: parameters, v: parameters };
  const corrections = backend.tensor(adamCorrections(1), [2]);
  const learningRate = () => 0.1;
  throws(
    () =>
      adam(backend, {
        parameters,
        gradients: {},
        state,
        corrections,
        learningRate,
      }),
    new OptionError("adam", "gradients", 'a map with "a"', "none"),
  );
  throws(
    () =>
      adam(backend, {
        parameters,
        gradients: parameters,
        state,
        corrections: backend.tensor([1], [1]),
        learningRate,
      }),
    ShapeError,
  );
});
