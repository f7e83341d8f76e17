import { ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { referenceBackend } from "../../src/backends/reference.ts";
import { OptionError, ShapeError } from "../../src/core/errors.ts";
import { kernelSoftArgmax } from "../../src/core/kernel_soft_argmax.ts";
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

eachBackend("kernelSoftArgmax() damps cells far from the peak", async (be) => {
  const maps = be.tensor([1, 0, 0.5], [1, 1, 1, 3]);
  const point = kernelSoftArgmax(be, maps, { sigmaCells: 2, beta: 0.5 });
  assertShape(be, point, [1, 1, 2]);
  // Kernel 1, e^(-1/8), e^(-1/2); scores 1, 0, e^(-1/2)/2, over 0.5.
  const weights = [Math.exp(2), 1, Math.exp(Math.exp(-0.5))] as const;
  const total = weights[0] + weights[1] + weights[2];
  await assertClose(be, point, [(weights[1] + 2 * weights[2]) / total, 0]);
});

eachBackend(
  "kernelSoftArgmax() centres on the lowest of equal peaks",
  async (be) => {
    const maps = be.tensor([0, 1, 0, 0, 0, 0, 1, 0], [1, 1, 1, 8]);
    const point = kernelSoftArgmax(be, maps, { sigmaCells: 0.5, beta: 0.004 });
    await assertClose(be, point, [1, 0]);
  },
);

eachBackend(
  "kernelSoftArgmax() pulls low peaks to the middle, as the doc says",
  async (be) => {
    // All scores 0: the kernel changes nothing and every cell counts alike.
    const maps = be.tensor(new Float32Array(15), [1, 1, 3, 5]);
    const point = kernelSoftArgmax(be, maps, { sigmaCells: 1, beta: 0.02 });
    await assertClose(be, point, [2, 1]);
  },
);

eachBackend(
  "kernelSoftArgmax() takes a temperature for each pair",
  async (be) => {
    const maps = be.tensor([1, 0, 1, 0], [2, 1, 1, 2]);
    const beta = be.tensor([1, 0.5], [2]);
    const points = kernelSoftArgmax(be, maps, { sigmaCells: 7, beta });
    const share = (logit: number) => 1 / (1 + Math.exp(logit));
    await assertClose(be, points, [share(1), 0, share(2), 0]);
  },
);

eachBackend("kernelSoftArgmax() of a single cell is that cell", async (be) => {
  const maps = be.tensor([5], [1, 1, 1, 1]);
  await assertClose(be, kernelSoftArgmax(be, maps, { sigmaCells: 7 }), [0, 0]);
});

eachBackend(
  "kernelSoftArgmax() spoils the point of a NaN and no other",
  async (be) => {
    const maps = be.tensor([NaN, 0, 1, 0, 9, 0], [1, 2, 1, 3]);
    const points = kernelSoftArgmax(be, maps, { sigmaCells: 7, beta: 0.02 });
    await assertClose(be, points, [NaN, NaN, 1, 0]);
  },
  NAN,
);

Deno.test("kernelSoftArgmax() refuses other ranks and ranges", () => {
  const be = referenceBackend();
  const maps = put(be, drawn(1, [1, 1, 2, 2]));
  throws(
    () => kernelSoftArgmax(be, be.tensor([1], [1]), { sigmaCells: 7 }),
    ShapeError,
  );
  for (const sigmaCells of [0, -1, NaN, Infinity]) {
    throws(() => kernelSoftArgmax(be, maps, { sigmaCells }), OptionError);
  }
  throws(
    () => kernelSoftArgmax(be, maps, { sigmaCells: 7, beta: 0 }),
    OptionError,
  );
});

Deno.test("kernelSoftArgmax() stays inside the grid", () => {
  const be = referenceBackend();
  const side = fc.integer({ min: 1, max: 5 });
  const sigma = fc.double({ min: 0.01, max: 20, noNaN: true });
  const beta = fc.double({ min: 0.004, max: 2, noNaN: true });
  fc.assert(
    fc.property(side, side, sigma, beta, fc.nat(1000), (h, w, s, b, seed) => {
      const maps = put(be, drawn(seed, [1, 1, h, w]));
      const point = kernelSoftArgmax(be, maps, { sigmaCells: s, beta: b });
      const [x, y] = point.data as unknown as [number, number];
      ok(x >= 0 && x <= w - 1 + 1e-12 && y >= 0 && y <= h - 1 + 1e-12);
    }),
  );
});

Deno.test("kernelSoftArgmax() agrees with central differences", () => {
  assertGradient(
    {
      maps: drawn(2, [2, 2, 3, 2]),
      beta: drawn(3, [2], [0.3, 0.6]),
    },
    (be, { maps, beta }) => kernelSoftArgmax(be, maps, { sigmaCells: 2, beta }),
  );
});

eachBackend("kernelSoftArgmax() frees what it made", async (be) => {
  await assertFrees(be, () => {
    const maps = put(be, drawn(4, [1, 2, 2, 2]));
    return [kernelSoftArgmax(be, maps, { sigmaCells: 7 })];
  });
});
