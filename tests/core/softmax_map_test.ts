import { ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { referenceBackend } from "../../src/backends/reference.ts";
import { OptionError, ShapeError } from "../../src/core/errors.ts";
import { softmaxMap } from "../../src/core/softmax_map.ts";
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

const LOG3 = Math.log(3);

eachBackend("softmaxMap() divides by the temperature", async (be) => {
  const maps = be.tensor([0, LOG3, LOG3, LOG3], [1, 1, 2, 2]);
  const p = softmaxMap(be, maps);
  assertShape(be, p, [1, 1, 2, 2]);
  await assertClose(be, p, [0.1, 0.3, 0.3, 0.3]);
  // Over 0.5 the ratio 3 becomes 9.
  const sharp = softmaxMap(be, maps, { beta: 0.5 });
  await assertClose(be, sharp, [1 / 28, 9 / 28, 9 / 28, 9 / 28]);
});

eachBackend("softmaxMap() takes a temperature for each pair", async (be) => {
  const maps = be.tensor([0, LOG3, 0, LOG3], [2, 1, 1, 2]);
  const beta = be.tensor([1, 0.5], [2]);
  await assertClose(be, softmaxMap(be, maps, { beta }), [0.25, 0.75, 0.1, 0.9]);
});

eachBackend(
  "softmaxMap() stays finite at a temperature of 0.004",
  async (be) => {
    const maps = be.tensor([1, 0.5, -1, 1, 1, 0], [1, 2, 1, 3]);
    const p = softmaxMap(be, maps, { beta: 0.004 });
    await assertClose(be, p, [1, Math.exp(-125), 0, 0.5, 0.5, 0]);
  },
);

eachBackend("softmaxMap() of a single cell is 1", async (be) => {
  await assertClose(be, softmaxMap(be, be.tensor([-9], [1, 1, 1, 1])), [1]);
});

eachBackend("softmaxMap() spoils the map of a NaN and no other", async (be) => {
  const maps = be.tensor([NaN, 0, 1, 1], [1, 2, 1, 2]);
  await assertClose(be, softmaxMap(be, maps), [NaN, NaN, 0.5, 0.5]);
}, NAN);

Deno.test("softmaxMap() refuses other ranks and temperatures", () => {
  const be = referenceBackend();
  const maps = put(be, drawn(1, [2, 1, 2, 2]));
  throws(() => softmaxMap(be, be.tensor([1], [1, 1, 1])), ShapeError);
  const three = be.tensor([1, 1, 1], [3]);
  throws(() => softmaxMap(be, maps, { beta: three }), ShapeError);
  for (const beta of [0, -0.1, NaN, Infinity]) {
    throws(() => softmaxMap(be, maps, { beta }), OptionError);
  }
});

Deno.test("softmaxMap() gives distributions, sharper at lower temperatures", () => {
  const be = referenceBackend();
  fc.assert(fc.property(
    fc.nat(1000),
    fc.double({ min: 0.004, max: 2, noNaN: true }),
    (seed, beta) => {
      const maps = put(be, drawn(seed, [1, 1, 2, 3]));
      const { data } = softmaxMap(be, maps, { beta });
      ok(Math.abs(data.reduce((a, b) => a + b) - 1) < 1e-12);
      const sharper = softmaxMap(be, maps, { beta: beta / 2 }).data;
      ok(Math.max(...sharper) >= Math.max(...data) - 1e-12);
    },
  ));
});

Deno.test("softmaxMap() agrees with central differences", () => {
  assertGradient({
    maps: drawn(2, [2, 2, 2, 2]),
    beta: drawn(3, [2], [0.3, 0.6]),
  }, (be, { maps, beta }) => softmaxMap(be, maps, { beta }));
});

eachBackend("softmaxMap() frees what it made", async (be) => {
  await assertFrees(
    be,
    () => [softmaxMap(be, put(be, drawn(4, [1, 2, 2, 2])))],
  );
});
