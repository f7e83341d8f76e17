import { ok, throws } from "node:assert/strict";
import fc from "fast-check";
import type { Backend, TensorMap } from "../../src/backends/backend.ts";
import { referenceBackend } from "../../src/backends/reference.ts";
import { valueAndGrad } from "../../src/backends/tape.ts";
import { OptionError, ShapeError } from "../../src/core/errors.ts";
import {
  type Objective,
  objective,
  type ObjectiveOptions,
} from "../../src/core/objective.ts";
import type { Temperature } from "../../src/core/temperature.ts";
import {
  assertClose,
  assertFrees,
  assertGradient,
  assertNear,
  assertShape,
  drawn,
  eachBackend,
  type Numbers,
  put,
  TOLERANCES,
} from "../_helpers.ts";

const paper = {
  target: "sampled",
  ns: 3,
  nk: 5,
  gamma: 0.2,
  threshold: 0.1,
} as const satisfies Omit<ObjectiveOptions<never>, "temperature">;

/** A batch of two pairs with three keypoints, one of them padding. */
const BATCH = {
  featuresA: drawn(1, [2, 3, 3, 2], [-1, 1]),
  featuresB: drawn(2, [2, 3, 2, 3], [-1, 1]),
  queries: drawn(3, [2, 3, 2], [0.1, 0.9]),
  points: drawn(4, [2, 3, 2], [0.1, 0.9]),
  weights: { shape: [2, 3], data: [1, 1, 0, 1, 1, 1] },
} as const satisfies Readonly<Record<string, Numbers>>;

const MODULE = {
  w1: drawn(5, [4, 3], [0.1, 1]),
  b1: drawn(6, [4], [1, 2]),
  w2: drawn(7, [1, 4], [-0.3, 0]),
  b2: drawn(8, [1], [-0.5, 0.5]),
} as const satisfies Readonly<Record<string, Numbers>>;

type Batch<T> = Readonly<Record<keyof typeof BATCH, T>>;

function putAll<T, Name extends string>(
  be: Backend<T>,
  all: Readonly<Record<Name, Numbers>>,
): Readonly<Record<Name, T>> {
  const entries = Object.entries<Numbers>(all);
  return Object.fromEntries(
    entries.map(([name, numbers]) => [name, put(be, numbers)]),
  ) as Readonly<Record<Name, T>>;
}

function withModule<T>(be: Backend<T>, inputs: TensorMap<T>): Objective<T> {
  const { w1, b1, w2, b2, ...batch } = inputs as
    & Batch<T>
    & Readonly<Record<keyof typeof MODULE, T>>;
  const parameters = { w1, b1, w2, b2 };
  const temperature = { kind: "mlp", parameters } as const;
  // Above both temperatures, so that the regulariser has a slope.
  return objective(be, batch, { ...paper, threshold: 0.9, temperature });
}

eachBackend(
  "objective() adds the weighted regulariser of both images",
  async (be) => {
    // Scores (1, 0) over 0.05² are (400, 0), the truth is the second cell.
    const map = be.tensor([1, 0, 0, 1], [1, 2, 1, 2]);
    const queries = be.tensor([0, 0], [1, 1, 2]);
    const points = be.tensor([1, 0], [1, 1, 2]);
    const temperature = { kind: "single", parameter: be.tensor([0.05], []) };
    const loss = objective(
      be,
      { featuresA: map, featuresB: map, queries, points },
      {
        ...paper,
        ns: 1,
        nk: 1,
        temperature: temperature as Temperature<typeof map>,
      },
    );
    for (const scalar of [loss.value, loss.crossEntropy, loss.regularizer]) {
      assertShape(be, scalar, []);
    }
    assertShape(be, loss.betaA, [1]);
    await assertClose(be, loss.crossEntropy, [400]);
    await assertClose(be, loss.regularizer, [Math.log(2)]);
    await assertClose(be, loss.value, [400 + 0.2 * Math.log(2)]);
    await assertClose(be, loss.betaB, [0.05]);
  },
);

eachBackend(
  "objective() regularises each image by its own temperature",
  async (be) => {
    // g is sigmoid(mean): sigmoid(0) and sigmoid(log 3) = 0.75 against 0.8.
    const of = (value: number) => be.tensor([value, value], [2, 1, 1, 1]);
    const zero = be.tensor([0, 0, 0, 0], [2, 1, 2]);
    const parameters = {
      w1: be.tensor([1], [1, 1]),
      b1: be.tensor([0], [1]),
      w2: be.tensor([1], [1, 1]),
      b2: be.tensor([0], [1]),
    };
    const loss = objective(be, {
      featuresA: of(0),
      featuresB: of(Math.log(3)),
      queries: zero,
      points: zero,
    }, {
      ...paper,
      threshold: 0.8,
      gamma: 1,
      temperature: { kind: "mlp", parameters },
    });
    const wanted = (Math.log(0.8 / 0.5) + Math.log(0.8 / 0.75)) / 2;
    await assertClose(be, loss.betaA, [0.5, 0.5]);
    await assertClose(be, loss.betaB, [0.75, 0.75]);
    await assertClose(be, loss.regularizer, [wanted]);
    await assertClose(be, loss.value, [wanted]); // one cell: no cross-entropy
  },
);

eachBackend(
  "objective() does not regularise a fixed temperature",
  async (be) => {
    const batch = putAll(be, BATCH);
    const loss = objective(be, batch, {
      ...paper,
      temperature: { kind: "fixed", beta: 0.04 },
    });
    const [value = [], ce = []] = await be.read([
      loss.value,
      loss.crossEntropy,
    ]);
    assertNear(value, ce, 0);
    await assertClose(be, loss.regularizer, [0]);
    await assertClose(be, loss.betaA, [0.2, 0.2]);
  },
);

eachBackend("objective() and its gradients agree with float64", async (be) => {
  const run = <T>(backend: Backend<T>) => {
    const inputs = putAll(backend, { ...BATCH, ...MODULE });
    const { queries, points, weights, ...moving } = inputs;
    return valueAndGrad(backend, (tape, parameters) => ({
      value: withModule(tape, {
        ...parameters,
        queries: tape.lift(queries),
        points: tape.lift(points),
        weights: tape.lift(weights),
      }).value,
    }))(moving);
  };
  const wanted = run(referenceBackend());
  const got = run(be);
  await assertClose(be, got.value, wanted.value.data);
  for (const [name, gradient] of Object.entries(got.gradients)) {
    await assertClose(be, gradient, wanted.gradients[name]!.data);
  }
});

eachBackend("objective() compiled gives what it gives at once", async (be) => {
  const inputs = putAll(be, { ...BATCH, ...MODULE });
  const program = be.compile((tensors) => ({ ...withModule(be, tensors) }));
  const compiled = await program(inputs);
  for (const [name, tensor] of Object.entries(withModule(be, inputs))) {
    const [wanted = []] = await be.read([tensor]);
    await assertClose(be, compiled[name]!, wanted);
  }
  be.dispose(Object.values(compiled));
});

eachBackend(
  "objective() survives zero features and no weight at all",
  async (be) => {
    const temperature = { kind: "fixed", beta: 0.004 } as const;
    const zeros = new Float32Array(6);
    const batch = putAll(be, BATCH);
    const loss = objective(be, {
      ...batch,
      featuresA: be.tensor(new Float32Array(36), [2, 3, 3, 2]),
    }, { ...paper, temperature });
    // All scores are 0, so every cell of 6 has the same probability.
    await assertClose(be, loss.value, [Math.log(6)]);
    const weights = be.tensor(zeros, [2, 3]);
    const nothing = objective(be, { ...batch, weights }, {
      ...paper,
      temperature,
    });
    await assertClose(be, nothing.value, [0]);
  },
);

eachBackend("objective() of a NaN feature is NaN", async (be) => {
  const batch = putAll(be, BATCH);
  const featuresB = be.tensor(
    BATCH.featuresB.data.map((v, i) => i === 0 ? NaN : v),
    BATCH.featuresB.shape,
  );
  const temperature = { kind: "fixed", beta: 1 } as const;
  const loss = objective(be, { ...batch, featuresB }, {
    ...paper,
    temperature,
  });
  await assertClose(be, loss.value, [NaN]);
});

// PyTorch 2.13, float64, s = 0.8 and -0.8, A and B as [C, N], all but q of
// requires_grad:
//   a, b = A / A.norm(dim=0), B / B.norm(dim=0)
//   scores = (0.75 * a[:, 0] + 0.25 * a[:, 1]) @ b / (s * s)
//   value = (-torch.log_softmax(scores, 0)[1]
//     + 0.2 * torch.relu(np.log(0.9) - torch.log(s.abs())))
const A = [1, 2, 3, -1];
const B = [2, -1, 1, 1];
const VALUE = 1.2714856970706367;
const SLOPE_AT_0_8 = -1.8709890814473784;
const SLOPES = {
  a: [
    0.401391418713817,
    0.026943893473406894,
    -0.13379713957127234,
    0.053887786946813745,
  ],
  b: [
    -0.07359147979202851,
    -0.41764726469277313,
    0.1471829595840571,
    -0.4176472646927731,
  ],
};

for (const padding of [0, NaN, Infinity]) {
  eachBackend(
    `objective() has PyTorch's gradients at either sign, with padding of ${padding}`,
    async (be) => {
      const still = {
        queries: be.tensor([0.25, 0, padding, padding], [1, 2, 2]),
        points: be.tensor([1, 0, padding, padding], [1, 2, 2]),
        weights: be.tensor([1, 0], [1, 2]),
      };
      for (const sign of [1, -1]) {
        const { value, gradients } = valueAndGrad(be, (tape, { a, b, s }) => ({
          value: objective(tape, {
            featuresA: a!,
            featuresB: b!,
            queries: tape.lift(still.queries),
            points: tape.lift(still.points),
            weights: tape.lift(still.weights),
          }, {
            ...paper,
            ns: 1,
            nk: 1,
            threshold: 0.9,
            temperature: { kind: "single", parameter: s! },
          }).value,
        }))({
          a: be.tensor(A, [1, 2, 1, 2]),
          b: be.tensor(B, [1, 2, 1, 2]),
          s: be.tensor([0.8 * sign], []),
        });
        await assertClose(be, value, [VALUE]);
        await assertClose(be, gradients.s!, [SLOPE_AT_0_8 * sign]);
        await assertClose(be, gradients.a!, SLOPES.a);
        await assertClose(be, gradients.b!, SLOPES.b);
      }
    },
  );
}

eachBackend(
  "objective() does not see what a pair without weight holds",
  async (be) => {
    const twice = (xs: readonly number[], padding: number) =>
      be.tensor([...xs, ...xs.map(() => padding)], [2, 2, 1, 2]);
    const parameters = {
      w1: be.tensor([0, 0], [1, 2]),
      b1: be.tensor([1], [1]),
      w2: be.tensor([1], [1, 1]),
      b2: be.tensor([-1 + Math.log(4)], [1]), // sigmoid(log 4) = 0.8
    };
    const loss = objective(be, {
      featuresA: twice(A, NaN),
      featuresB: twice(B, NaN),
      queries: be.tensor([0.25, 0, 0, 0], [2, 1, 2]),
      points: be.tensor([1, 0, 0, 0], [2, 1, 2]),
      weights: be.tensor([1, 0], [2, 1]),
    }, {
      ...paper,
      ns: 1,
      nk: 1,
      threshold: 0.9,
      temperature: { kind: "mlp", parameters },
    });
    await assertClose(be, loss.value, [VALUE]);
    await assertClose(be, loss.regularizer, [Math.log(0.9 / 0.8)]);
  },
);

eachBackend(
  "objective() leaves the regulariser out where gamma is 0",
  async (be) => {
    const program = be.compile((inputs) => {
      const { value, aux, gradients } = valueAndGrad(be, (tape, { s }) => {
        const lift = (name: string) => tape.lift(inputs[name]!);
        const { value, crossEntropy, regularizer } = objective(tape, {
          featuresA: lift("map"),
          featuresB: lift("map"),
          queries: lift("zero"),
          points: lift("zero"),
        }, {
          ...paper,
          ns: 1,
          nk: 1,
          gamma: 0,
          temperature: { kind: "single", parameter: s! },
        });
        return { value, aux: { crossEntropy, regularizer } };
      })({ s: inputs["s"]! });
      return { value, ...aux, slope: gradients["s"]! };
    });
    const results = await program({
      map: be.tensor([1, 0, 0, 1], [1, 2, 1, 2]),
      zero: be.tensor([0, 0], [1, 1, 2]),
      s: be.tensor([0.05], []),
    });
    // Scores 400 and 0: the loss is log(1 + e^-400), and flat.
    await assertClose(be, results["value"]!, [0]);
    await assertClose(be, results["crossEntropy"]!, [0]);
    await assertClose(be, results["regularizer"]!, [Math.log(2)]);
    await assertClose(be, results["slope"]!, [0]);
    be.dispose(Object.values(results));
  },
);

Deno.test("objective() refuses shapes and options that do not fit", () => {
  const be = referenceBackend();
  const batch = putAll(be, BATCH);
  const fine = {
    ...paper,
    temperature: { kind: "single", parameter: be.tensor([1], []) },
  } as const;
  const shapes: readonly object[] = [
    { featuresA: put(be, drawn(1, [3, 2, 2])) },
    { featuresB: put(be, drawn(1, [2, 4, 2, 2])) },
    { queries: put(be, drawn(1, [2, 2, 2])) },
    { points: put(be, drawn(1, [2, 2, 2])) },
    { weights: put(be, drawn(1, [3])) },
    { queries: be.tensor([], [2, 0, 2]) },
  ];
  for (const change of shapes) {
    throws(() => objective(be, { ...batch, ...change }, fine), ShapeError);
  }
  // Of another batch: not the weights, which fit the maps, are to blame.
  const queries = put(be, drawn(1, [3, 3, 2]));
  throws(
    () => objective(be, { ...batch, queries }, fine),
    /^ShapeError: objective\(\): "queries" must be \[2, K, 2\]: got \[3,3,2\]$/,
  );
  const options: readonly object[] = [
    { gamma: -0.1 },
    { gamma: NaN },
    { threshold: 0 },
    { ns: 2 },
    { temperature: { kind: "fixed", beta: 0 } },
  ];
  for (const change of options) {
    throws(() => objective(be, batch, { ...fine, ...change }), OptionError);
  }
});

Deno.test("objective() is the mean of its pairs", () => {
  const be = referenceBackend();
  fc.assert(fc.property(fc.nat(1000), (seed) => {
    const one = (offset: number) => ({
      featuresA: drawn(seed + offset, [1, 3, 2, 2]),
      featuresB: drawn(seed + offset + 1, [1, 3, 2, 2]),
      queries: drawn(seed + offset + 2, [1, 2, 2], [0, 1]),
      points: drawn(seed + offset + 3, [1, 2, 2], [0, 1]),
    });
    const both = [one(0), one(10)] as const;
    const value = (numbers: ReturnType<typeof one>) =>
      objective(be, putAll(be, numbers), {
        ...paper,
        temperature: { kind: "fixed", beta: 0.1 },
      }).value.data[0] as number;
    const joined = Object.fromEntries(
      Object.entries(both[0]).map(([name, { shape, data }]) => {
        const other = both[1][name as keyof typeof both[1]];
        const [, ...rest] = shape;
        return [name, { shape: [2, ...rest], data: [...data, ...other.data] }];
      }),
    ) as unknown as ReturnType<typeof one>;
    const wanted = (value(both[0]) + value(both[1])) / 2;
    ok(Math.abs(value(joined) - wanted) < 1e-12);
  }));
});

Deno.test("objective() agrees with central differences, but for what g reads", () => {
  const { featuresA, featuresB, ...still } = BATCH;
  for (const target of ["sampled", "splat"] as const) {
    // A fixed temperature leaves the features no second way into the loss.
    assertGradient(
      { featuresA, featuresB },
      (be, features) =>
        objective(be, { ...features, ...putAll(be, still) }, {
          ...paper,
          target,
          temperature: { kind: "fixed", beta: 0.5 },
        }).value,
    );
  }
  assertGradient(
    MODULE,
    (be, module) => withModule(be, { ...putAll(be, BATCH), ...module }).value,
  );
  const parameter = { shape: [], data: [0.06] };
  assertGradient(
    { parameter },
    (be, { parameter }) =>
      objective(be, putAll(be, BATCH), {
        ...paper,
        temperature: { kind: "single", parameter },
      }).value,
  );
});

Deno.test("objective() gives the features the gradient of a constant g", () => {
  const be = referenceBackend();
  const { featuresA, ...others } = { ...BATCH, ...MODULE };
  const inputs = putAll(be, others);
  const slope = (
    f: Parameters<typeof valueAndGrad<ReturnType<typeof be.tensor>>>[1],
  ) => [...valueAndGrad(be, f)({ a: put(be, featuresA) }).gradients.a!.data];
  const got = slope((tape, { a }) => ({
    value: withModule(tape, {
      ...Object.fromEntries(
        Object.entries(inputs).map(([name, x]) => [name, tape.lift(x)]),
      ),
      featuresA: a!,
    }).value,
  }));
  const { betaA, betaB } = withModule(be, {
    ...inputs,
    featuresA: put(be, featuresA),
  });
  // The same loss with both temperatures as plain numbers, pair by pair.
  const wanted = slope((tape, { a }) => {
    const pairs = [0, 1].map((b) => {
      const one = (x: typeof a): NonNullable<typeof a> => {
        const [, ...rest] = tape.shape(x!);
        const begin = [b, ...rest.map(() => 0)];
        return tape.slice(x!, begin, [1, ...rest]);
      };
      const { featuresB, queries, points, weights } = inputs;
      return objective(tape, {
        featuresA: one(a),
        featuresB: one(tape.lift(featuresB)),
        queries: one(tape.lift(queries)),
        points: one(tape.lift(points)),
        weights: one(tape.lift(weights)),
      }, {
        ...paper,
        temperature: {
          kind: "fixed",
          beta: betaA.data[b]! * betaB.data[b]!,
        },
      }).value;
    });
    return { value: tape.div(tape.add(pairs[0]!, pairs[1]!), 2) };
  });
  assertNear(got, wanted, TOLERANCES.float64);
});

/** Three images, each with each: six ordered pairs. */
const SHARED = {
  features: drawn(11, [3, 3, 2, 2]),
  queries: drawn(12, [6, 2, 2], [0.1, 0.9]),
  points: drawn(13, [6, 2, 2], [0.1, 0.9]),
} as const satisfies Readonly<Record<string, Numbers>>;
const INDEX_A = [0, 0, 1, 1, 2, 2];
const INDEX_B = [1, 2, 0, 2, 0, 1];

eachBackend(
  "objective() of shared images is that of their pairs",
  async (be) => {
    const { features, ...keypoints } = putAll(be, SHARED);
    const { w1, b1, w2, b2 } = putAll(be, MODULE);
    const parameters = { w1, b1, w2, b2 };
    const indexA = be.tensor(INDEX_A, [6]);
    const indexB = be.tensor(INDEX_B, [6]);
    const temperatures: readonly Temperature<typeof w1>[] = [
      { kind: "mlp", parameters },
      { kind: "single", parameter: be.tensor([0.3], []) },
      { kind: "fixed", beta: 0.2 },
    ];
    for (const temperature of temperatures) {
      const options = { ...paper, threshold: 0.9, temperature };
      const shared = objective(
        be,
        { ...keypoints, features, indexA, indexB },
        options,
      );
      const pairs = objective(be, {
        ...keypoints,
        featuresA: be.gather(features, indexA),
        featuresB: be.gather(features, indexB),
      }, options);
      for (const [name, tensor] of Object.entries<typeof w1>({ ...pairs })) {
        const [wanted = []] = await be.read([tensor]);
        const got = shared[name as keyof typeof shared];
        assertShape(be, got, be.shape(tensor));
        await assertClose(be, got, wanted);
      }
    }
  },
);

Deno.test("objective() of shared images agrees with central differences", () => {
  const { features, ...keypoints } = SHARED;
  assertGradient({ features }, (be, { features }) =>
    objective(be, {
      ...putAll(be, keypoints),
      features,
      indexA: be.tensor(INDEX_A, [6]),
      indexB: be.tensor(INDEX_B, [6]),
    }, { ...paper, temperature: { kind: "fixed", beta: 0.5 } }).value);
});

Deno.test("objective() refuses index lists that do not fit", () => {
  const be = referenceBackend();
  const { features, ...keypoints } = putAll(be, SHARED);
  const fine = {
    ...keypoints,
    features,
    indexA: be.tensor(INDEX_A, [6]),
    indexB: be.tensor(INDEX_B, [6]),
  };
  const wrong: readonly object[] = [
    { indexA: be.tensor([0, 1], [2]) },
    { indexB: be.tensor([0, 1], [2]) },
    { indexA: be.tensor(INDEX_A, [6, 1]) },
    { features: be.tensor([1, 1, 1], [3]) },
  ];
  const temperature = { kind: "fixed", beta: 0.5 } as const;
  for (const change of wrong) {
    throws(
      () => objective(be, { ...fine, ...change }, { ...paper, temperature }),
      ShapeError,
    );
  }
});

eachBackend("objective() frees what it made", async (be) => {
  await assertFrees(be, () => {
    const { value, betaA } = withModule(
      be,
      putAll(be, { ...BATCH, ...MODULE }),
    );
    return [value, betaA];
  });
});
