import { meanOverPairs } from "../../src/core/mean_over_pairs.ts";
import { valueAndGrad } from "../../src/backends/tape.ts";
import { assertClose, assertShape, eachBackend } from "../_helpers.ts";

eachBackend("meanOverPairs() is over pairs with any weight", async (be) => {
  const values = be.tensor([3, 5, 100], [3]);
  const weights = be.tensor([1, 0, 0.5, 0.5, 0, 0], [3, 2]);
  assertShape(be, meanOverPairs(be, values, weights), []);
  await assertClose(be, meanOverPairs(be, values, weights), [4]);
  await assertClose(be, meanOverPairs(be, values), [36]);
});

eachBackend("meanOverPairs() does not see other pairs", async (be) => {
  const weights = be.tensor([1, 1, 0], [3, 1]);
  for (const value of [NaN, Infinity]) {
    const mean = valueAndGrad(be, (tape, { values }) => ({
      value: meanOverPairs(tape, values!, tape.lift(weights)),
    }))({ values: be.tensor([3, 5, value], [3]) });
    await assertClose(be, mean.value, [4]);
    await assertClose(be, mean.gradients.values!, [0.5, 0.5, 0]);
  }
});

eachBackend("meanOverPairs() of no pair is 0", async (be) => {
  const values = be.tensor([NaN, 1], [2]);
  const weights = be.tensor([0, 0], [2, 1]);
  await assertClose(be, meanOverPairs(be, values, weights), [0]);
});
