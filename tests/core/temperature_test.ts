import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { referenceBackend } from "../../src/backends/reference.ts";
import { valueAndGrad } from "../../src/backends/tape.ts";
import { OptionError, ShapeError } from "../../src/core/errors.ts";
import {
  partialTemperature,
  singleTemperature,
  temperatureMlp,
} from "../../src/core/temperature.ts";
import {
  assertClose,
  assertFrees,
  assertGradient,
  assertShape,
  drawn,
  eachBackend,
  NAN,
  type Numbers,
  put,
} from "../_helpers.ts";

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** Two channels, two hidden units: sum and difference of the means. */
const MODULE = {
  w1: { shape: [2, 2], data: [1, 1, 1, -1] },
  b1: { shape: [2], data: [0.5, -1] },
  w2: { shape: [1, 2], data: [0.25, -2] },
  b2: { shape: [1], data: [-1] },
} as const satisfies Readonly<Record<string, Numbers>>;

eachBackend(
  "temperatureMlp() runs both layers on the mean over cells",
  async (be) => {
    // Means (2, 1) and (0, -4).
    const features = be.tensor([1, 3, 0, 2, -1, 1, -5, -3], [2, 2, 1, 2]);
    const { w1, b1, w2, b2 } = MODULE;
    const beta = temperatureMlp(be, features, {
      w1: put(be, w1),
      b1: put(be, b1),
      w2: put(be, w2),
      b2: put(be, b2),
    });
    assertShape(be, beta, [2]);
    // Hidden (3.5, 0) and (relu(-3.5), 3), out 0.25 h0 - 2 h1 - 1.
    await assertClose(be, beta, [sigmoid(-0.125), sigmoid(-7)]);
  },
);

eachBackend(
  "temperatureMlp() reads the map before normalisation",
  async (be) => {
    const at = (scale: number) =>
      temperatureMlp(be, be.tensor([scale], [1, 1, 1, 1]), {
        w1: be.tensor([1], [1, 1]),
        b1: be.tensor([0], [1]),
        w2: be.tensor([1], [1, 1]),
        b2: be.tensor([0], [1]),
      });
    await assertClose(be, at(1), [sigmoid(1)]);
    await assertClose(be, at(4), [sigmoid(4)]);
    await assertClose(be, at(0), [0.5]);
  },
);

eachBackend(
  "temperatureMlp() spoils the temperature of a NaN and no other",
  async (be) => {
    const { w1, b1, w2, b2 } = MODULE;
    const beta = temperatureMlp(be, be.tensor([NaN, 0, 0, 0], [2, 2, 1, 1]), {
      w1: put(be, w1),
      b1: put(be, b1),
      w2: put(be, w2),
      b2: put(be, b2),
    });
    await assertClose(be, beta, [NaN, sigmoid(0.125 - 1)]);
  },
  NAN,
);

Deno.test("temperatureMlp() refuses weights that do not fit", () => {
  const be = referenceBackend();
  const zeros = (...shape: number[]) => put(be, drawn(1, shape));
  const fine = {
    w1: zeros(3, 2),
    b1: zeros(3),
    w2: zeros(1, 3),
    b2: zeros(1),
  };
  const features = zeros(1, 2, 2, 2);
  const wrong: readonly object[] = [
    { w1: zeros(2) },
    { w1: zeros(3, 4) },
    { b1: zeros(2) },
    { w2: zeros(3, 1) },
    { b2: zeros(2) },
  ];
  for (const change of wrong) {
    throws(
      () => temperatureMlp(be, features, { ...fine, ...change }),
      ShapeError,
    );
  }
  throws(() => temperatureMlp(be, zeros(2, 2), fine), ShapeError);
});

Deno.test("temperatureMlp() lies between 0 and 1", () => {
  const be = referenceBackend();
  fc.assert(fc.property(fc.nat(1000), (seed) => {
    const beta = temperatureMlp(be, put(be, drawn(seed, [2, 3, 2, 2])), {
      w1: put(be, drawn(seed + 1, [4, 3], [-3, 3])),
      b1: put(be, drawn(seed + 2, [4])),
      w2: put(be, drawn(seed + 3, [1, 4], [-3, 3])),
      b2: put(be, drawn(seed + 4, [1])),
    });
    ok(beta.data.every((b) => b > 0 && b < 1));
  }));
});

Deno.test("temperatureMlp() agrees with central differences", () => {
  assertGradient({
    features: drawn(2, [2, 2, 2, 2], [0.3, 1]),
    w1: drawn(3, [3, 2], [0.2, 1]),
    b1: drawn(4, [3], [0, 1]),
    w2: drawn(5, [1, 3]),
    b2: drawn(6, [1]),
  }, (be, { features, ...weights }) => temperatureMlp(be, features, weights));
});

eachBackend(
  "singleTemperature() is the square of its parameter",
  async (be) => {
    const beta = (x: number) => singleTemperature(be, be.tensor([x], []));
    assertShape(be, beta(1), []);
    await assertClose(be, beta(0.3), [0.09]);
    await assertClose(be, beta(-0.3), [0.09]);
    await assertClose(be, beta(0), [0]);
  },
);

Deno.test("singleTemperature() agrees with central differences", () => {
  const parameter = { shape: [], data: [0.4] };
  assertGradient(
    { parameter },
    (be, { parameter }) => singleTemperature(be, parameter),
  );
});

Deno.test("partialTemperature() is half of each kind of temperature", () => {
  const be = referenceBackend();
  const features = put(be, drawn(7, [2, 2, 1, 1]));
  const parameter = be.tensor([0.7], []);
  const parameters = {
    w1: put(be, MODULE.w1),
    b1: put(be, MODULE.b1),
    w2: put(be, MODULE.w2),
    b2: put(be, MODULE.b2),
  };
  strictEqual(
    partialTemperature(be, features, { kind: "fixed", beta: 0.04 }),
    0.2,
  );
  const share = partialTemperature(be, features, { kind: "single", parameter });
  deepStrictEqual([...(share as typeof parameter).data], [0.7]);
  deepStrictEqual(
    partialTemperature(be, features, { kind: "mlp", parameters }),
    temperatureMlp(be, features, parameters),
  );
});

eachBackend(
  "partialTemperature() of a negative parameter is its magnitude",
  async (be) => {
    const features = be.tensor([1], [1, 1, 1, 1]);
    const { value, gradients } = valueAndGrad(be, (tape, { parameter }) => ({
      value: partialTemperature(tape, tape.lift(features), {
        kind: "single",
        parameter: parameter!,
      }) as NonNullable<typeof parameter>,
    }))({ parameter: be.tensor([-0.7], []) });
    await assertClose(be, value, [0.7]);
    await assertClose(be, gradients.parameter!, [-1]); // d|p| / dp
  },
);

Deno.test("partialTemperature() refuses a fixed value that is not > 0", () => {
  const be = referenceBackend();
  const features = be.tensor([1], [1, 1, 1, 1]);
  for (const beta of [0, -1, NaN]) {
    throws(
      () => partialTemperature(be, features, { kind: "fixed", beta }),
      OptionError,
    );
  }
});

Deno.test("partialTemperature() passes no gradient to the features", () => {
  const be = referenceBackend();
  const { gradients } = valueAndGrad(be, (tape, { features, w1 }) => {
    const beta = partialTemperature(tape, features!, {
      kind: "mlp",
      parameters: {
        w1: w1!,
        b1: put(tape, MODULE.b1),
        w2: put(tape, MODULE.w2),
        b2: put(tape, MODULE.b2),
      },
    });
    return {
      value: beta as typeof features & object,
      cotangent: tape.tensor([1], [1]),
    };
  })({
    features: be.tensor([2, 1], [1, 2, 1, 1]),
    w1: put(be, MODULE.w1),
  });
  deepStrictEqual([...gradients.features!.data], [0, 0]);
  ok(gradients.w1!.data[0] !== 0);
});

eachBackend("temperatureMlp() frees what it made", async (be) => {
  await assertFrees(be, () => [
    temperatureMlp(be, put(be, drawn(8, [1, 2, 2, 2])), {
      w1: put(be, MODULE.w1),
      b1: put(be, MODULE.b1),
      w2: put(be, MODULE.w2),
      b2: put(be, MODULE.b2),
    }),
  ]);
});
