import { deepStrictEqual, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { referenceBackend } from "../../src/backends/reference.ts";
import { valueAndGrad } from "../../src/backends/tape.ts";
import { ShapeError } from "../../src/core/errors.ts";
import { nearestNeighbor } from "../../src/core/nearest_neighbor.ts";
import {
  assertClose,
  assertFrees,
  assertShape,
  drawn,
  eachBackend,
  put,
} from "../_helpers.ts";

eachBackend(
  "nearestNeighbor() gives the highest cell, x before y",
  async (be) => {
    const maps = be.tensor([0, 1, 7, 3, 9, 2, -5, -3, -4, -4, -4, -4], [
      1,
      2,
      2,
      3,
    ]);
    const cells = nearestNeighbor(be, maps);
    assertShape(be, cells, [1, 2, 2]);
    await assertClose(be, cells, [1, 1, 1, 0]);
  },
);

eachBackend("nearestNeighbor() gives the lowest index on a tie", async (be) => {
  const maps = be.tensor([0, 2, 2, 2, 5, 5, 5, 5], [1, 2, 2, 2]);
  await assertClose(be, nearestNeighbor(be, maps), [1, 0, 0, 0]);
});

eachBackend(
  "nearestNeighbor() finds ties far apart in a large map",
  async (be) => {
    // More cells than a GPU's work group has threads.
    const data = new Float32Array(64 * 64);
    data[1234] = 1;
    data[4000] = 1;
    const maps = be.tensor(data, [1, 1, 64, 64]);
    await assertClose(be, nearestNeighbor(be, maps), [1234 % 64, 1234 >> 6]);
  },
);

eachBackend("nearestNeighbor() of a single cell is that cell", async (be) => {
  const maps = be.tensor([-3], [1, 1, 1, 1]);
  await assertClose(be, nearestNeighbor(be, maps), [0, 0]);
});

eachBackend(
  "nearestNeighbor() keeps a NaN to its own map, inside the grid",
  async (be) => {
    const maps = be.tensor([NaN, NaN, NaN, 0, 1, 0], [1, 2, 1, 3]);
    const [cells = []] = await be.read([nearestNeighbor(be, maps)]);
    ok([0, 1, 2].includes(cells[0]!) && cells[1] === 0, String(cells));
    deepStrictEqual([cells[2], cells[3]], [1, 0]);
  },
);

eachBackend("nearestNeighbor() orders infinities", async (be) => {
  const low = -Infinity;
  const maps = be.tensor([low, -9, low, 1, Infinity, Infinity], [1, 2, 1, 3]);
  await assertClose(be, nearestNeighbor(be, maps), [1, 0, 1, 0]);
});

Deno.test("nearestNeighbor() refuses other ranks", () => {
  const be = referenceBackend();
  throws(() => nearestNeighbor(be, be.tensor([1], [1, 1])), ShapeError);
});

Deno.test("nearestNeighbor() is the first index of the maximum", () => {
  const be = referenceBackend();
  const score = fc.integer({ min: -2, max: 2 });
  fc.assert(fc.property(
    fc.array(score, { minLength: 6, maxLength: 6 }),
    (data) => {
      const n = data.indexOf(Math.max(...data));
      const cell = nearestNeighbor(be, be.tensor(data, [1, 1, 2, 3]));
      deepStrictEqual([...cell.data], [n % 3, Math.floor(n / 3)]);
    },
  ));
});

Deno.test("nearestNeighbor() passes no gradient", () => {
  const be = referenceBackend();
  const { gradients } = valueAndGrad(be, (tape, { maps }) => ({
    value: tape.sum(nearestNeighbor(tape, maps!), [0, 1, 2]),
  }))({ maps: put(be, drawn(1, [1, 1, 2, 2])) });
  deepStrictEqual([...gradients.maps!.data], [0, 0, 0, 0]);
});

eachBackend("nearestNeighbor() frees what it made", async (be) => {
  await assertFrees(be, () => [
    nearestNeighbor(be, put(be, drawn(2, [1, 2, 2, 2]))),
  ]);
});
