import { ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { referenceBackend } from "../../src/backends/reference.ts";
import { bilinearWeights } from "../../src/core/bilinear_weights.ts";
import { ShapeError } from "../../src/core/errors.ts";
import {
  assertClose,
  assertFrees,
  assertGradient,
  assertShape,
  eachBackend,
  NAN,
} from "../_helpers.ts";

eachBackend("bilinearWeights() shares a point among four cells", async (be) => {
  const points = be.tensor([1.25, 0.5, 2, 1], [1, 2, 2]);
  const weights = bilinearWeights(be, points, [2, 3]);
  assertShape(be, weights, [1, 2, 6]);
  // x = 1.25: 3/4 of column 1, 1/4 of column 2; y = 0.5: half of each row.
  const first = [0, 3 / 8, 1 / 8, 0, 3 / 8, 1 / 8];
  await assertClose(be, weights, [...first, 0, 0, 0, 0, 0, 1]);
});

eachBackend(
  "bilinearWeights() takes points outside to the border",
  async (be) => {
    const points = be.tensor([-3, 0.5, 99, 99], [2, 1, 2]);
    const weights = bilinearWeights(be, points, [2, 2]);
    await assertClose(be, weights, [0.5, 0, 0.5, 0, 0, 0, 0, 1]);
  },
);

eachBackend(
  "bilinearWeights() of a single cell is 1 everywhere",
  async (be) => {
    const points = be.tensor([0, 0, 0.7, -2], [1, 2, 2]);
    await assertClose(be, bilinearWeights(be, points, [1, 1]), [1, 1]);
  },
);

eachBackend(
  "bilinearWeights() spoils the row of a NaN and no other",
  async (be) => {
    const points = be.tensor([NaN, 0, 1, 0], [1, 2, 2]);
    const weights = bilinearWeights(be, points, [1, 2]);
    await assertClose(be, weights, [NaN, NaN, 0, 1]);
  },
  NAN,
);

Deno.test("bilinearWeights() refuses points that are not [B, K, 2]", () => {
  const be = referenceBackend();
  const wrong = [[2], [1, 2], [1, 1, 3], [1, 1, 1, 2]];
  for (const shape of wrong) {
    const size = shape.reduce((a, b) => a * b);
    const points = be.tensor(new Float64Array(size), shape);
    throws(() => bilinearWeights(be, points, [2, 2]), ShapeError);
  }
});

Deno.test("bilinearWeights() interpolates a plane exactly and sums to 1", () => {
  const be = referenceBackend();
  const side = fc.integer({ min: 1, max: 5 });
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(fc.property(side, side, share, share, (h, w, u, v) => {
    const [x, y] = [u * (w - 1), v * (h - 1)];
    const row = bilinearWeights(be, be.tensor([x, y], [1, 1, 2]), [h, w]).data;
    const sum = (f: (n: number) => number): number =>
      row.reduce((total, weight, n) => total + weight * f(n), 0);
    ok(Math.abs(sum(() => 1) - 1) < 1e-12);
    const plane = sum((n) => 2 * (n % w) - 3 * Math.floor(n / w));
    ok(Math.abs(plane - (2 * x - 3 * y)) < 1e-12);
  }));
});

Deno.test("bilinearWeights() agrees with central differences", () => {
  const points = { shape: [1, 3, 2], data: [0.3, 0.6, 1.7, 1.2, 0.5, 0.1] };
  assertGradient(
    { points },
    (be, { points }) => bilinearWeights(be, points, [3, 4]),
  );
});

eachBackend("bilinearWeights() frees what it made", async (be) => {
  await assertFrees(be, () => [
    bilinearWeights(be, be.tensor([0.5, 1], [1, 1, 2]), [3, 3]),
  ]);
});
