import { deepStrictEqual, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { referenceBackend } from "../../src/backends/reference.ts";
import { valueAndGrad } from "../../src/backends/tape.ts";
import { ShapeError } from "../../src/core/errors.ts";
import { l2Normalize } from "../../src/core/l2_normalize.ts";
import {
  assertClose,
  assertFrees,
  assertGradient,
  assertShape,
  drawn,
  eachBackend,
  put,
} from "../_helpers.ts";

eachBackend("l2Normalize() divides each column by its length", async (be) => {
  // Columns (3, 4) and (-5, 12), of lengths 5 and 13.
  const unit = l2Normalize(be, be.tensor([3, -5, 4, 12], [1, 2, 1, 2]));
  assertShape(be, unit, [1, 2, 1, 2]);
  await assertClose(be, unit, [3 / 5, -5 / 13, 4 / 5, 12 / 13]);
});

eachBackend("l2Normalize() takes any axes behind the channels", async (be) => {
  const flat = l2Normalize(be, be.tensor([3, 4, 0, 2], [2, 2]));
  assertShape(be, flat, [2, 2]);
  await assertClose(be, flat, [3 / 5, 4 / 5, 0, 1]);
});

eachBackend(
  "l2Normalize() turns a column up to 1e-12 into zeros",
  async (be) => {
    const columns = be.tensor([0, 6e-13, 6e-12, 0, 8e-13, 8e-12], [1, 2, 3]);
    const unit = l2Normalize(be, columns);
    await assertClose(be, unit, [0, 0, 0.6, 0, 0, 0.8]);
  },
);

eachBackend(
  "l2Normalize() spoils the column of a non-finite element and no other",
  async (be) => {
    const rows = [[NaN, Infinity, 3], [1, 1, 4]];
    const unit = l2Normalize(be, be.tensor(rows.flat(), [1, 2, 3]));
    await assertClose(be, unit, [NaN, NaN, 0.6, NaN, 0, 0.8]);
  },
);

eachBackend(
  "l2Normalize() zeroes a column whose square overflows",
  async (be) => {
    // (3e19)² is past the largest float32, 3.4e38, and no matter in float64.
    const unit = l2Normalize(be, be.tensor([3e19, 3, 4e19, 4], [1, 2, 1, 2]));
    const large = be.precision === "float32" ? [0, 0] : [0.6, 0.8];
    await assertClose(be, unit, [large[0]!, 0.6, large[1]!, 0.8]);
  },
);

Deno.test("l2Normalize() refuses fewer than two axes", () => {
  const be = referenceBackend();
  throws(() => l2Normalize(be, be.tensor([1], [1])), ShapeError);
});

Deno.test("l2Normalize() gives columns of length 1, whatever their scale", () => {
  const be = referenceBackend();
  const column = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), {
    minLength: 1,
    maxLength: 6,
  }).filter((x) => Math.hypot(...x) > 1e-3);
  fc.assert(fc.property(
    column,
    fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
    (x, scale) => {
      const scaled = be.tensor(x.map((v) => v * scale), [1, x.length]);
      const unit = l2Normalize(be, scaled).data;
      ok(Math.abs(Math.hypot(...unit) - 1) < 1e-12);
      ok(x.every((v, i) => v * unit[i]! >= 0));
    },
  ));
});

Deno.test("l2Normalize() agrees with central differences", () => {
  assertGradient(
    { x: drawn(1, [2, 3, 2, 2], [0.2, 1]) },
    (be, { x }) => l2Normalize(be, x),
  );
});

Deno.test("l2Normalize() passes no gradient through a zero column", () => {
  const be = referenceBackend();
  const x = be.tensor([0, 3, 0, 4], [1, 2, 2]);
  const { gradients } = valueAndGrad(be, (tape, { x }) => ({
    value: l2Normalize(tape, x!),
    cotangent: tape.tensor([1, 1, 1, 0], [1, 2, 2]),
  }))({ x });
  // d(x / |x|) by x is (1 - 9 / 25) / 5 in the column (3, 4), and -12 / 125.
  deepStrictEqual(
    [...gradients.x!.data].map((v) => Number(v.toFixed(12))),
    [0, 16 / 125, 0, -12 / 125],
  );
});

eachBackend("l2Normalize() frees what it made", async (be) => {
  await assertFrees(
    be,
    () => [l2Normalize(be, put(be, drawn(2, [1, 3, 2, 2])))],
  );
});
