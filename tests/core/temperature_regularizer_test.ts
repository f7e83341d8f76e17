import { deepStrictEqual, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { referenceBackend } from "../../src/backends/reference.ts";
import { valueAndGrad } from "../../src/backends/tape.ts";
import { OptionError } from "../../src/core/errors.ts";
import { temperatureRegularizer } from "../../src/core/temperature_regularizer.ts";
import {
  assertClose,
  assertFrees,
  assertGradient,
  assertShape,
  drawn,
  eachBackend,
  NAN,
  put,
} from "../_helpers.ts";

eachBackend(
  "temperatureRegularizer() costs what lies below the threshold",
  async (be) => {
    const beta = be.tensor([0.1, 0.05, 0.2, 0.004], [2, 2]);
    const loss = temperatureRegularizer(be, beta, { threshold: 0.1 });
    assertShape(be, loss, [2, 2]);
    await assertClose(be, loss, [0, Math.log(2), 0, Math.log(25)]);
  },
);

eachBackend("temperatureRegularizer() takes a scalar", async (be) => {
  const beta = be.tensor([0.25], []);
  const loss = temperatureRegularizer(be, beta, { threshold: 1 });
  assertShape(be, loss, []);
  await assertClose(be, loss, [Math.log(4)]);
});

eachBackend(
  "temperatureRegularizer() of 0 is infinite, of less NaN",
  async (be) => {
    const beta = be.tensor([0, -1, NaN, 1], [4]);
    const loss = temperatureRegularizer(be, beta, { threshold: 0.1 });
    await assertClose(be, loss, [Infinity, NaN, NaN, 0]);
  },
  NAN,
);

Deno.test("temperatureRegularizer() refuses a threshold that is not > 0", () => {
  const be = referenceBackend();
  const beta = be.tensor([1], []);
  for (const threshold of [0, -1, NaN, Infinity]) {
    throws(() => temperatureRegularizer(be, beta, { threshold }), OptionError);
  }
});

Deno.test("temperatureRegularizer() falls with the temperature, to 0", () => {
  const be = referenceBackend();
  const positive = fc.double({ min: 1e-3, max: 2, noNaN: true });
  fc.assert(fc.property(positive, positive, positive, (a, b, threshold) => {
    const betas = be.tensor([Math.min(a, b), Math.max(a, b)], [2]);
    const { data } = temperatureRegularizer(be, betas, { threshold });
    const [low, high] = data as unknown as [number, number];
    ok(low >= high && high >= 0);
    ok(Math.max(a, b) < threshold || high === 0);
  }));
});

Deno.test("temperatureRegularizer() agrees with central differences", () => {
  const beta = { shape: [3], data: [0.05, 0.09, 0.3] };
  assertGradient(
    { beta },
    (be, { beta }) => temperatureRegularizer(be, beta, { threshold: 0.1 }),
  );
});

Deno.test("temperatureRegularizer() has no slope at the threshold", () => {
  const be = referenceBackend();
  const { gradients } = valueAndGrad(be, (tape, { beta }) => ({
    value: temperatureRegularizer(tape, beta!, { threshold: 1 }),
  }))({ beta: be.tensor([1], []) });
  deepStrictEqual(Math.abs(gradients.beta!.data[0]!), 0);
});

eachBackend("temperatureRegularizer() frees what it made", async (be) => {
  await assertFrees(be, () => [
    temperatureRegularizer(be, put(be, drawn(1, [3], [0.01, 1])), {
      threshold: 0.1,
    }),
  ]);
});
