import {
  deepStrictEqual,
  equal,
  notDeepStrictEqual,
  ok,
  throws,
} from "node:assert/strict";
import { OptionError } from "../../src/core/errors.ts";
import { epochOrder } from "../../src/runs/epoch_order.ts";

Deno.test("epochOrder() visits every item once", () => {
  for (const count of [0, 1, 2, 17, 1000]) {
    const order = epochOrder({ seed: 3, epoch: 5, count });
    const sorted = [...order].sort((a, b) => a - b);
    deepStrictEqual(sorted, Array.from({ length: count }, (_, i) => i));
  }
});

Deno.test("epochOrder() depends on seed and epoch alone", () => {
  const options = { seed: 2 ** 40 + 1, epoch: 4, count: 50 };
  const order = epochOrder(options);
  deepStrictEqual(epochOrder(options), order);
  notDeepStrictEqual(epochOrder({ ...options, epoch: 5 }), order);
  // Differs in the upper word only.
  notDeepStrictEqual(epochOrder({ ...options, seed: 1 }), order);
  notDeepStrictEqual(
    epochOrder({ seed: 1, epoch: 2, count: 50 }),
    epochOrder({ seed: 2, epoch: 1, count: 50 }),
  );
});

Deno.test("epochOrder() keeps its order from release to release", () => {
  // Written down once: a change would make old runs resume differently.
  deepStrictEqual(epochOrder({ seed: 0, epoch: 0, count: 8 }), [
    1,
    2,
    5,
    0,
    7,
    4,
    3,
    6,
  ]);
});

Deno.test("epochOrder() puts each item first about equally often", () => {
  const count = 10;
  const first = new Array<number>(count).fill(0);
  const epochs = 5000;
  for (let epoch = 0; epoch < epochs; epoch++) {
    first[epochOrder({ seed: 1, epoch, count })[0]!]!++;
  }
  // Chi-squared with 9 degrees of freedom is below 27.9 with probability 0.999.
  const chi = first.reduce((sum, n) => sum + (n - 500) ** 2 / 500, 0);
  ok(chi < 27.9, `chi-squared ${chi}`);
});

Deno.test("epochOrder() refuses what is no whole number", () => {
  for (const name of ["seed", "epoch", "count"]) {
    for (const value of [-1, 0.5, NaN, Infinity, 2 ** 53]) {
      const options = { seed: 0, epoch: 0, count: 1, [name]: value };
      throws(() => epochOrder(options), OptionError);
    }
  }
  equal(epochOrder({ seed: 0, epoch: 0, count: 1 })[0], 0);
});
