import { ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { referenceBackend } from "../../src/backends/reference.ts";
import { OptionError, ShapeError } from "../../src/core/errors.ts";
import { gaussianTarget } from "../../src/core/gaussian_target.ts";
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

/** Weight of one cell off the centre where `nk` is 5, so std is 2. */
const SIDE = Math.exp(-1 / 8);

eachBackend("gaussianTarget() spreads a point over its window", async (be) => {
  const points = be.tensor([1, 1], [1, 1, 2]);
  const target = gaussianTarget(be, points, { grid: [3, 4], ns: 3, nk: 5 });
  assertShape(be, target, [1, 1, 3, 4]);
  const axis = [SIDE, 1, SIDE].map((v) => v / (1 + 2 * SIDE));
  await assertClose(
    be,
    target,
    axis.flatMap((y) => [...axis, 0].map((x) => x * y)),
  );
});

eachBackend(
  "gaussianTarget() drops offsets outside and renormalises",
  async (be) => {
    const points = be.tensor([0, 0, 3, 0], [1, 2, 2]);
    const target = gaussianTarget(be, points, { grid: [1, 4], ns: 3, nk: 5 });
    const [middle, side] = [1 / (1 + SIDE), SIDE / (1 + SIDE)];
    await assertClose(be, target, [middle, side, 0, 0, 0, 0, side, middle]);
  },
);

eachBackend(
  "gaussianTarget() takes points outside to the border",
  async (be) => {
    const points = be.tensor([-2, 9], [1, 1, 2]);
    const target = gaussianTarget(be, points, { grid: [2, 2], ns: 1, nk: 1 });
    await assertClose(be, target, [0, 0, 1, 0]);
  },
);

eachBackend("gaussianTarget() splats a point between cells", async (be) => {
  const points = be.tensor([1.25, 0], [1, 1, 2]);
  const target = gaussianTarget(be, points, { grid: [1, 4], ns: 3, nk: 5 });
  // 0.25, 1.25 and 2.25 are inside, each split 3 to 1.
  const [a, b] = [SIDE, 1].map((v) => v / (1 + 2 * SIDE)) as [number, number];
  await assertClose(be, target, [
    3 / 4 * a,
    a / 4 + 3 / 4 * b,
    b / 4 + 3 / 4 * a,
    a / 4,
  ]);
});

eachBackend("gaussianTarget() of a single cell is 1", async (be) => {
  const points = be.tensor([0, 0, 0.4, 7], [1, 2, 2]);
  const target = gaussianTarget(be, points, { grid: [1, 1], ns: 3, nk: 5 });
  await assertClose(be, target, [1, 1]);
});

eachBackend("gaussianTarget() is one-hot where std is 0", async (be) => {
  const points = be.tensor([1, 0], [1, 1, 2]);
  const options = { grid: [1, 3], ns: 3, nk: 5, std: 0 } as const;
  await assertClose(be, gaussianTarget(be, points, options), [0, 1, 0]);
});

eachBackend(
  "gaussianTarget() spoils the map of a NaN and no other",
  async (be) => {
    const points = be.tensor([NaN, 0, 1, 0], [1, 2, 2]);
    const target = gaussianTarget(be, points, { grid: [1, 2], ns: 1, nk: 1 });
    await assertClose(be, target, [NaN, NaN, 0, 1]);
  },
  NAN,
);

Deno.test("gaussianTarget() refuses windows and points it cannot use", () => {
  const be = referenceBackend();
  const points = be.tensor([0, 0], [1, 1, 2]);
  const wrong: readonly object[] = [
    { ns: 2 },
    { ns: 0 },
    { ns: 1.5 },
    { nk: 4 },
    { ns: 5, nk: 3 },
    { std: -1 },
    { std: NaN },
  ];
  for (const change of wrong) {
    const options = { grid: [2, 2], ns: 3, nk: 5, ...change } as const;
    throws(() => gaussianTarget(be, points, options), OptionError);
  }
  throws(
    () =>
      gaussianTarget(be, be.tensor([0, 0], [1, 2]), {
        grid: [2, 2],
        ns: 1,
        nk: 1,
      }),
    ShapeError,
  );
});

Deno.test("gaussianTarget() sums to 1, wherever the point lies", () => {
  const be = referenceBackend();
  const side = fc.integer({ min: 1, max: 5 });
  const odd = fc.integer({ min: 0, max: 3 }).map((n) => 2 * n + 1);
  const place = fc.double({ min: -2, max: 7, noNaN: true });
  fc.assert(
    fc.property(side, side, odd, odd, place, place, (h, w, ns, more, x, y) => {
      const points = be.tensor([x, y], [1, 1, 2]);
      const nk = ns + more - 1;
      const target = gaussianTarget(be, points, { grid: [h, w], ns, nk });
      const total = target.data.reduce((a, b) => a + b);
      ok(Math.abs(total - 1) < 1e-12 && target.data.every((v) => v >= 0));
    }),
  );
});

Deno.test("gaussianTarget() agrees with central differences", () => {
  const points = { shape: [1, 2, 2], data: [1.3, 1.6, 0.7, 2.2] };
  assertGradient(
    { points },
    (be, { points }) =>
      gaussianTarget(be, points, { grid: [4, 3], ns: 3, nk: 5 }),
  );
});

eachBackend("gaussianTarget() frees what it made", async (be) => {
  await assertFrees(be, () => {
    const points = put(be, drawn(1, [1, 2, 2], [0, 3]));
    return [gaussianTarget(be, points, { grid: [4, 4], ns: 3, nk: 5 })];
  });
});
