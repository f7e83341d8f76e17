import { throws } from "node:assert/strict";
import fc from "fast-check";
import { referenceBackend } from "../../src/backends/reference.ts";
import { correlate } from "../../src/core/correlate.ts";
import { OptionError, ShapeError } from "../../src/core/errors.ts";
import {
  assertClose,
  assertFrees,
  assertGradient,
  assertNear,
  assertShape,
  drawn,
  eachBackend,
  put,
} from "../_helpers.ts";

eachBackend(
  "correlate() compares directions over both temperatures",
  async (be) => {
    // Columns of A: (3, 4), (0, 2). Columns of B: (1, 0), (0, -1), (1, 1).
    const featuresA = be.tensor([3, 0, 4, 2], [1, 2, 1, 2]);
    const featuresB = be.tensor([1, 0, 1, 0, -1, 1], [1, 2, 3, 1]);
    const scores = correlate(be, { featuresA, featuresB }, {
      betaA: 0.5,
      betaB: 0.2,
    });
    assertShape(be, scores, [1, 2, 3]);
    // Cosines 3/5, -4/5, 7/√50; 0, -1, 1/√2; over 0.5 · 0.2 = 0.1.
    await assertClose(be, scores, [
      6,
      -8,
      70 / Math.sqrt(50),
      0,
      -10,
      10 / Math.SQRT2,
    ]);
  },
);

eachBackend(
  "correlate() leaves features as they are if told to",
  async (be) => {
    const featuresA = be.tensor([3, 4], [1, 2, 1, 1]);
    const featuresB = be.tensor([1, 2], [1, 2, 1, 1]);
    const scores = correlate(be, { featuresA, featuresB }, {
      normalize: false,
    });
    await assertClose(be, scores, [11]); // 3 · 1 + 4 · 2
  },
);

eachBackend(
  "correlate() takes a temperature for each pair or for all",
  async (be) => {
    const map = be.tensor([1, 1], [2, 1, 1, 1]);
    const pair = { featuresA: map, featuresB: map };
    const betaA = be.tensor([0.5, 0.25], [2]);
    const betaB = be.tensor([0.1], []);
    await assertClose(be, correlate(be, pair, { betaA, betaB }), [20, 40]);
    const one = be.tensor([0.5], [1]);
    await assertClose(be, correlate(be, pair, { betaA: one }), [2, 2]);
  },
);

eachBackend(
  "correlate() stays finite at a temperature of 0.004",
  async (be) => {
    const featuresA = be.tensor([1, -1], [1, 1, 1, 2]);
    const scores = correlate(be, { featuresA, featuresB: featuresA }, {
      betaA: 0.004,
      betaB: 0.004,
    });
    await assertClose(be, scores, [62500, -62500, -62500, 62500]);
  },
);

eachBackend("correlate() gives 0 for a zero vector", async (be) => {
  const featuresA = be.tensor([0, 1, 0, 0], [1, 2, 1, 2]);
  const featuresB = be.tensor([1, 0], [1, 2, 1, 1]);
  await assertClose(be, correlate(be, { featuresA, featuresB }), [0, 1]);
});

eachBackend("correlate() keeps a NaN to the cells it is in", async (be) => {
  const featuresA = be.tensor([NaN, 1], [1, 1, 1, 2]);
  const featuresB = be.tensor([1, -1], [1, 1, 1, 2]);
  const scores = correlate(be, { featuresA, featuresB });
  await assertClose(be, scores, [NaN, NaN, 1, -1]);
});

Deno.test("correlate() refuses maps that do not go together", () => {
  const be = referenceBackend();
  const map = (...shape: number[]) => put(be, drawn(1, shape));
  const fine = map(2, 3, 2, 2);
  const wrong = [map(2, 3, 4), map(1, 3, 2, 2), map(2, 4, 2, 2)];
  for (const other of wrong) {
    throws(
      () => correlate(be, { featuresA: fine, featuresB: other }),
      { name: "ShapeError", message: /^correlate\(\): "featuresB" must be / },
    );
  }
  const features = { featuresA: fine, featuresB: fine };
  const betas = [be.tensor([1, 1, 1], [3]), be.tensor([1, 1], [2, 1])];
  for (const betaB of betas) {
    throws(() => correlate(be, features, { betaB }), ShapeError);
  }
  for (const betaA of [0, -1, NaN, Infinity]) {
    throws(() => correlate(be, features, { betaA }), OptionError);
  }
});

Deno.test("correlate() of swapped images is the transpose", () => {
  const be = referenceBackend();
  const side = fc.integer({ min: 1, max: 3 });
  fc.assert(
    fc.property(side, side, side, fc.nat(1000), (ha, wb, c, seed) => {
      const featuresA = put(be, drawn(seed, [2, c, ha, 2]));
      const featuresB = put(be, drawn(seed + 1, [2, c, 1, wb]));
      const there = correlate(be, { featuresA, featuresB }, { betaA: 0.3 });
      const back = correlate(
        be,
        { featuresA: featuresB, featuresB: featuresA },
        { betaB: 0.3 },
      );
      assertNear(be.transpose(back, [0, 2, 1]).data, there.data, 1e-12);
    }),
  );
});

Deno.test("correlate() agrees with central differences", () => {
  assertGradient({
    featuresA: drawn(5, [2, 3, 1, 2], [0.3, 1]),
    featuresB: drawn(6, [2, 3, 2, 1], [0.3, 1]),
    betaA: drawn(7, [2], [0.5, 1]),
    betaB: drawn(8, [], [0.5, 1]),
  }, (be, { betaA, betaB, ...pair }) => correlate(be, pair, { betaA, betaB }));
});

eachBackend("correlate() frees what it made", async (be) => {
  await assertFrees(be, () => {
    const map = put(be, drawn(9, [1, 3, 2, 2]));
    return [correlate(be, { featuresA: map, featuresB: map })];
  });
});
