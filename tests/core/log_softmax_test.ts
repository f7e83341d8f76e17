import { ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { referenceBackend } from "../../src/backends/reference.ts";
import { logSoftmax, logSumExp } from "../../src/core/log_softmax.ts";
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

eachBackend("logSumExp() sums exponentials of the last axis", async (be) => {
  const x = be.tensor([0, 0, 0, Math.log(2)], [2, 2]);
  const value = logSumExp(be, x);
  assertShape(be, value, [2, 1]);
  // log(1 + 1) and log(1 + 2).
  await assertClose(be, value, [Math.log(2), Math.log(3)]);
});

eachBackend(
  "logSoftmax() stays finite where the softmax underflows",
  async (be) => {
    const x = be.tensor([0, -1000, 250, -250, 1e4, 1e4], [3, 2]);
    const value = logSoftmax(be, x);
    assertShape(be, value, [3, 2]);
    await assertClose(be, value, [
      0,
      -1000,
      0,
      -500,
      -Math.log(2),
      -Math.log(2),
    ]);
  },
);

eachBackend("logSoftmax() of one element is 0", async (be) => {
  await assertClose(be, logSoftmax(be, be.tensor([-7, 9], [2, 1])), [0, 0]);
});

eachBackend("logSoftmax() spoils the row of a NaN and no other", async (be) => {
  const x = be.tensor([NaN, 0, 1, 1], [2, 2]);
  const half = -Math.log(2);
  await assertClose(be, logSoftmax(be, x), [NaN, NaN, half, half]);
});

Deno.test("logSumExp() refuses a scalar", () => {
  const be = referenceBackend();
  throws(() => logSumExp(be, be.tensor([1], [])), RangeError);
});

Deno.test("logSoftmax() is a distribution that a shift leaves alone", () => {
  const be = referenceBackend();
  const number = fc.double({ min: -300, max: 300, noNaN: true });
  fc.assert(fc.property(
    fc.array(number, { minLength: 1, maxLength: 8 }),
    number,
    (x, shift) => {
      const { data } = logSoftmax(be, be.tensor(x, [x.length]));
      const total = data.reduce((sum, v) => sum + Math.exp(v), 0);
      ok(Math.abs(total - 1) < 1e-12 && data.every((v) => v <= 0));
      const shifted = be.tensor(x.map((v) => v + shift), [x.length]);
      assertNear(logSoftmax(be, shifted).data, data, 1e-12);
    },
  ));
});

Deno.test("logSoftmax() and logSumExp() agree with central differences", () => {
  const x = drawn(3, [2, 4], [-2, 2]);
  assertGradient({ x }, (be, { x }) => logSoftmax(be, x));
  assertGradient({ x }, (be, { x }) => logSumExp(be, x));
});

eachBackend("logSoftmax() frees what it made", async (be) => {
  await assertFrees(be, () => [logSoftmax(be, put(be, drawn(4, [2, 3])))]);
});
