import { ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { referenceBackend } from "../../src/backends/reference.ts";
import { OptionError, ShapeError } from "../../src/core/errors.ts";
import { softArgmax } from "../../src/core/soft_argmax.ts";
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

eachBackend("softArgmax() is the mean position, x before y", async (be) => {
  const maps = be.tensor([0, 0, 0, 0, 0, Math.log(5)], [1, 1, 2, 3]);
  const points = softArgmax(be, maps);
  assertShape(be, points, [1, 1, 2]);
  // Weights 1, 1, 1, 1, 1, 5 of 10: x = (0+1+2+0+1+10)/10, y = (1+1+5)/10.
  await assertClose(be, points, [1.4, 0.7]);
});

eachBackend(
  "softArgmax() goes to the peak as the temperature falls",
  async (be) => {
    const maps = be.tensor([0.5, 1, 0.25, 0], [1, 1, 2, 2]);
    await assertClose(be, softArgmax(be, maps, { beta: 0.004 }), [1, 0]);
  },
);

eachBackend("softArgmax() of equal peaks lies between them", async (be) => {
  const maps = be.tensor([1, 0, 0, 0, 1], [1, 1, 1, 5]);
  await assertClose(be, softArgmax(be, maps, { beta: 0.01 }), [2, 0]);
});

eachBackend("softArgmax() of a single cell is that cell", async (be) => {
  await assertClose(be, softArgmax(be, be.tensor([3], [1, 1, 1, 1])), [0, 0]);
});

eachBackend(
  "softArgmax() spoils the point of a NaN and no other",
  async (be) => {
    const maps = be.tensor([NaN, 0, 1, 1], [1, 2, 1, 2]);
    await assertClose(be, softArgmax(be, maps), [NaN, NaN, 0.5, 0]);
  },
  NAN,
);

Deno.test("softArgmax() refuses other ranks and temperatures", () => {
  const be = referenceBackend();
  throws(() => softArgmax(be, be.tensor([1], [1])), {
    name: ShapeError.name,
    message: 'softArgmax(): "maps" must be [B, K, h, w]: got [1]',
  });
  const maps = put(be, drawn(1, [1, 1, 2, 2]));
  throws(() => softArgmax(be, maps, { beta: 0 }), OptionError);
});

Deno.test("softArgmax() stays inside the grid", () => {
  const be = referenceBackend();
  const side = fc.integer({ min: 1, max: 4 });
  fc.assert(fc.property(side, side, fc.nat(1000), (h, w, seed) => {
    const maps = put(be, drawn(seed, [1, 1, h, w], [-9, 9]));
    const [x, y] = softArgmax(be, maps).data as unknown as [number, number];
    ok(x >= 0 && x <= w - 1 + 1e-12 && y >= 0 && y <= h - 1 + 1e-12);
  }));
});

Deno.test("softArgmax() agrees with central differences", () => {
  assertGradient({
    maps: drawn(2, [2, 2, 2, 3]),
    beta: drawn(3, [], [0.3, 0.6]),
  }, (be, { maps, beta }) => softArgmax(be, maps, { beta }));
});

eachBackend("softArgmax() frees what it made", async (be) => {
  await assertFrees(
    be,
    () => [softArgmax(be, put(be, drawn(4, [1, 2, 2, 2])))],
  );
});
