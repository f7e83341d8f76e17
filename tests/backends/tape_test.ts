import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { readFile } from "node:fs/promises";
import type { Backend, TensorMap } from "../../src/backends/backend.ts";
import { UnsupportedOperationError } from "../../src/backends/errors.ts";
import type { ReferenceTensor } from "../../src/backends/reference.ts";
import { referenceBackend } from "../../src/backends/reference.ts";
import { tape, valueAndGrad } from "../../src/backends/tape.ts";
import { ShapeError } from "../../src/core/errors.ts";
import { backendSuite } from "./_backend_suite.ts";
import type { GradientCase } from "./_gradient_cases.ts";
import { gradientCases } from "./_gradient_cases.ts";
import type { Numbers } from "./_numbers.ts";
import { assertClose, numbers, uniform } from "./_numbers.ts";

backendSuite(
  "tape over reference",
  () => Promise.resolve(tape(referenceBackend())),
);

Deno.test("valueAndGrad() agrees with central differences", async (t) => {
  for (const each of gradientCases()) {
    await t.step(each.name, () => agreesWithDifferences(each));
  }
});

/** `sum(run(inputs) * weights)` moved by `h` either way, for each element. */
function agreesWithDifferences({ name, inputs, by, run }: GradientCase): void {
  const be = referenceBackend();
  const xs = inputs.map(({ data, shape }) => be.tensor(data, shape));
  const { shape } = run(be, xs[0]!, xs[1]!, xs[2]!);
  const weights = uniform(1, shape, 0.5, 1.5);
  const moving = by ?? inputs.map((_, i) => i);
  const { gradients } = valueAndGrad(be, (tape, parameters) => {
    const all = xs.map((x, i) => parameters[`x${i}`] ?? tape.lift(x));
    return {
      value: run(tape, all[0]!, all[1]!, all[2]!),
      cotangent: tape.tensor(weights.data, weights.shape),
    };
  })(Object.fromEntries(moving.map((i) => [`x${i}`, xs[i]!])));

  const h = 1e-5;
  for (const i of moving) {
    const differences = inputs[i]!.data.map((_, place) => {
      const [up, down] = [h, -h].map((by) => {
        const moved = xs.map((x, j) => j === i ? nudged(x, place, by) : x);
        const y = run(be, moved[0]!, moved[1]!, moved[2]!);
        return y.data.reduce((sum, v, k) => sum + v * weights.data[k]!, 0);
      }) as [number, number];
      return (up - down) / (2 * h);
    });
    const gradient = gradients[`x${i}`]!;
    deepStrictEqual([...gradient.shape], [...inputs[i]!.shape]);
    assertClose(`${name} by input ${i}`, gradient.data, differences, 1e-8);
  }
}

function nudged(
  x: ReferenceTensor,
  place: number,
  by: number,
): ReferenceTensor {
  return { ...x, data: x.data.map((v, i) => i === place ? v + by : v) };
}

for (const file of ["072-maxPool", "073-maxPool"]) {
  Deno.test(`valueAndGrad() of a max-pool is reference case ${file}`, async () => {
    const path = new URL(
      `../fixtures/goldens/cases/${file}.json`,
      import.meta.url,
    );
    const { options, inputs, expected, tolerance } = JSON.parse(
      await readFile(path, "utf8"),
    ) as {
      readonly options: { kernel: number; stride: number; padding: number };
      readonly inputs: { readonly x: Numbers; readonly cotangent: Numbers };
      readonly expected: { readonly value: Numbers; readonly gradX: Numbers };
      readonly tolerance: number;
    };
    const be = referenceBackend();
    const { kernel: kernelSize, stride, padding } = options;
    const { value, gradients } = valueAndGrad(be, (tape, { x }) => ({
      value: tape.maxPool2d(x!, { kernelSize, stride, padding }),
      cotangent: tape.tensor(inputs.cotangent.data, inputs.cotangent.shape),
    }))({ x: be.tensor(inputs.x.data, inputs.x.shape) });
    assertClose("value", value.data, expected.value.data, tolerance);
    assertClose("gradX", gradients.x!.data, expected.gradX.data, tolerance);
  });
}

/** The one-parameter gradient of `f` under ones. */
function slope(
  x: Numbers,
  f: <T>(be: Backend<T>, x: T) => T,
): readonly number[] {
  const be = referenceBackend();
  const { gradients } = valueAndGrad(be, (tape, { x }) => {
    const y = f(tape, x!);
    const ones = tape.broadcastTo(tape.constant([1], []), tape.shape(y));
    return { value: y, cotangent: ones };
  })({ x: be.tensor(x.data, x.shape) });
  return [...gradients.x!.data];
}

Deno.test("valueAndGrad() at the kinks follows the interface", () => {
  const kink = numbers([3], [-1, 0, 1]);
  deepStrictEqual(slope(kink, (be, x) => be.relu(x)), [0, 0, 1]);
  deepStrictEqual(slope(kink, (be, x) => be.abs(x)), [-1, 0, 1]);
  deepStrictEqual(slope(kink, (be, x) => be.maximum(x, 0)), [0, 1, 1]);
  deepStrictEqual(slope(kink, (be, x) => be.maximum(0, x)), [0, 0, 1]);
  deepStrictEqual(slope(kink, (be, x) => be.minimum(x, 0)), [1, 1, 0]);
  deepStrictEqual(slope(kink, (be, x) => be.minimum(0, x)), [1, 0, 0]);
  // Three of four elements share the maximum.
  const ties = numbers([1, 4], [2, 2, 1, 2]);
  const third = 1 / 3;
  deepStrictEqual(slope(ties, (be, x) => be.max(x, [1])), [
    third,
    third,
    0,
    third,
  ]);
});

Deno.test("valueAndGrad() keeps the branch not taken out of the gradient", () => {
  // log has slope infinity at 0, which a product with 0 would turn into NaN.
  const x = numbers([2], [0, 4]);
  deepStrictEqual(
    slope(x, (be, x) => be.where(be.step(x), be.log(be.maximum(x, 1e-3)), x)),
    [1, 0.25],
  );
});

Deno.test("valueAndGrad() stops at stopGradient, step, equal and argMax", () => {
  const x = numbers([2], [3, 5]);
  // d/dx of x * stop(x) is stop(x) alone.
  deepStrictEqual(slope(x, (be, x) => be.mul(x, be.stopGradient(x))), [3, 5]);
  deepStrictEqual(slope(x, (be, x) => be.step(x)), [0, 0]);
  deepStrictEqual(slope(x, (be, x) => be.equal(x, 3)), [0, 0]);
  deepStrictEqual(slope(x, (be, x) => be.argMax(x)), [0, 0]);
});

Deno.test("valueAndGrad() gives zeros where nothing flows, and aux", () => {
  const be = referenceBackend();
  const x = be.tensor([1, 2], [2]);
  const unused = be.tensor([1, 2, 3], [3, 1]);
  const { value, aux, gradients } = valueAndGrad(be, (tape, { x }) => {
    const doubled = tape.mul(x!, 2);
    return { value: tape.sum(doubled, [0]), aux: { doubled } };
  })({ x, unused });
  deepStrictEqual([...value.shape], [1]);
  deepStrictEqual([...value.data], [6]);
  deepStrictEqual([...aux.doubled!.data], [2, 4]);
  deepStrictEqual([...gradients.x!.data], [2, 2]);
  deepStrictEqual([...gradients.unused!.shape], [3, 1]);
  deepStrictEqual([...gradients.unused!.data], [0, 0, 0]);
});

Deno.test("valueAndGrad() of a parameter itself is one", () => {
  deepStrictEqual(slope(numbers([], [7]), (_be, x) => x), [1]);
});

Deno.test("valueAndGrad() refuses a value of several elements", () => {
  const be = referenceBackend();
  const x = be.tensor([1, 2], [2]);
  throws(
    () => valueAndGrad(be, (_tape, { x }) => ({ value: x! }))({ x }),
    ShapeError,
  );
  throws(
    () =>
      valueAndGrad(be, (tape, { x }) => ({
        value: x!,
        cotangent: tape.tensor([1], [1]),
      }))({ x }),
    ShapeError,
  );
});

Deno.test("valueAndGrad() refuses the gradient of a gradient of a window", () => {
  const be = referenceBackend();
  const x = be.tensor([1, 2, 3, 4], [1, 1, 2, 2]);
  const dy = be.tensor([1], [1, 1, 1, 1]);
  const options = { kernelSize: 2, stride: 1, padding: 0 };
  const f = valueAndGrad(be, (tape, { dy }) => {
    const dx = tape.maxPool2dGrad(tape.lift(x), dy!, options);
    return { value: tape.sum(dx, [0, 1, 2, 3]) };
  });
  throws(() => f({ dy }), UnsupportedOperationError);
});

/** A reference backend and the operations asked of it so far. */
function counting(): {
  readonly backend: Backend<ReferenceTensor>;
  readonly calls: string[];
} {
  const calls: string[] = [];
  const inner = referenceBackend();
  const backend = new Proxy(inner, {
    get(target, key, receiver) {
      const member = Reflect.get(target, key, receiver);
      if (typeof member !== "function" || key === "shape" || key === "tidy") {
        return member;
      }
      return (...args: unknown[]) => {
        calls.push(String(key));
        return Reflect.apply(member, target, args);
      };
    },
  });
  return { backend, calls };
}

Deno.test("valueAndGrad() spends nothing on what takes no gradient", () => {
  const { backend: be, calls } = counting();
  const image = be.tensor(uniform(1, [1, 2, 5, 5]).data, [1, 2, 5, 5]);
  const frozen = be.tensor(uniform(2, [3, 2, 3, 3]).data, [3, 2, 3, 3]);
  const w = be.tensor(uniform(3, [2, 3, 1, 1]).data, [2, 3, 1, 1]);
  const f = valueAndGrad(be, (tape, { w }) => {
    const window = { stride: 1, padding: 0 };
    const trunk = tape.relu(
      tape.conv2d(tape.lift(image), tape.lift(frozen), window),
    );
    const head = tape.conv2d(tape.mul(trunk, 0.5), w!, window);
    return { value: tape.sum(tape.exp(head), [0, 1, 2, 3]) };
  });
  calls.length = 0;
  f({ w });
  deepStrictEqual(calls, [
    ...["conv2d", "relu", "mul", "conv2d", "exp", "sum"],
    // One filter gradient; no input gradient, nothing of the trunk.
    ...["constant", "broadcastTo", "mul", "conv2dFilterGrad"],
  ]);
});

Deno.test("valueAndGrad() takes chains of thousands of nodes", () => {
  const x = numbers([], [1]);
  const chain = slope(x, (be, x) => {
    let y = x;
    for (let i = 0; i < 20_000; i++) y = be.add(y, x);
    return y;
  });
  deepStrictEqual(chain, [20_001]);
});

Deno.test("valueAndGrad() frees its temporaries", () => {
  const be = referenceBackend();
  const x = be.tensor([1, 2], [2]);
  const { value, gradients } = valueAndGrad(be, (tape, { x }) => {
    const table = tape.constant([3, 4], [2]);
    const shifted = tape.add(x!, tape.tensor([1, 1], [2]));
    return { value: tape.sum(tape.mul(shifted, table), [0]) };
  })({ x });
  deepStrictEqual([...gradients.x!.data], [3, 4]);
  strictEqual(be.memory().tensors, 3);
  be.dispose([x, value, gradients.x!]);
  strictEqual(be.memory().tensors, 0);
});

Deno.test("valueAndGrad() runs inside a compiled program", async () => {
  const be = referenceBackend();
  const step = be.compile(({ x }) => {
    const { value, gradients } = valueAndGrad(be, (tape, { x }) => ({
      value: tape.sum(tape.mul(x!, x!), [0]),
    }))({ x: x! });
    return { x: be.sub(x!, be.mul(gradients.x!, 0.25)), loss: value };
  });
  // A step of 0.25 against the slope 2x halves x.
  const outputs = await step({ x: be.tensor([4, -2], [2]) });
  deepStrictEqual([...outputs.x!.data], [2, -1]);
  deepStrictEqual([...outputs.loss!.data], [20]);
});

Deno.test("valueAndGrad() of valueAndGrad() is the second derivative", () => {
  const be = referenceBackend();
  const { gradients } = valueAndGrad(be, (outer, parameters) => {
    const inner = valueAndGrad(outer, (tape, { x }) => {
      const cube = tape.mul(x!, tape.mul(x!, x!));
      // What the inner tape stops, the outer one must not see either.
      return { value: tape.add(cube, tape.stopGradient(tape.exp(x!))) };
    })(parameters as TensorMap<typeof parameters[string]>);
    return { value: outer.add(inner.gradients.x!, inner.value) };
  })({ x: be.tensor([2], []) });
  // (x^3)'' + (x^3)' = 6 x + 3 x^2, and nothing of e^x.
  assertClose("second derivative", gradients.x!.data, [24], 1e-12);
});

Deno.test("tape() tidies without losing what a gradient needs", () => {
  const be = referenceBackend();
  const x = be.tensor([1, 2], [2]);
  const { gradients } = valueAndGrad(be, (tape, { x }) => {
    const [y] = tape.tidy(() => {
      const table = tape.tensor([3, 4], [2]);
      return [tape.mul(tape.mul(x!, x!), table)];
    });
    ok(be.memory().tensors > 2, "the table is kept for the gradient");
    return { value: tape.sum(y!, [0]) };
  })({ x });
  // (3 x^2)' = 6 x and (4 x^2)' = 8 x.
  deepStrictEqual([...gradients.x!.data], [6, 16]);
});
