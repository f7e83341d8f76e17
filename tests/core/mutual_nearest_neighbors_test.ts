import { ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { referenceBackend } from "../../src/backends/reference.ts";
import { ShapeError } from "../../src/core/errors.ts";
import { mutualNearestNeighbors } from "../../src/core/mutual_nearest_neighbors.ts";
import {
  assertClose,
  assertFrees,
  assertShape,
  drawn,
  eachBackend,
  put,
} from "../_helpers.ts";
import { wave } from "./_waves.ts";

eachBackend("mutualNearestNeighbors() gives PyTorch's", async (be) => {
  // s = torch.sin(torch.arange(40)).reshape(2, 5, 4)
  // m, back = s.argmax(2), s.argmax(1)
  // m, back.gather(1, m) == torch.arange(5)
  const scores = put(be, wave(0, [2, 5, 4]));
  const { matches, mutual } = mutualNearestNeighbors(be, scores);
  assertShape(be, matches, [2, 5]);
  assertShape(be, mutual, [2, 5]);
  await assertClose(be, matches, [2, 3, 0, 2, 3, 0, 3, 0, 1, 3]);
  await assertClose(be, mutual, [0, 1, 1, 1, 0, 1, 0, 0, 1, 1]);
});

eachBackend(
  "mutualNearestNeighbors() takes the lowest cell on a tie",
  async (be) => {
    const scores = be.tensor([1, 1, 1, 1], [1, 2, 2]);
    const { matches, mutual } = mutualNearestNeighbors(be, scores);
    await assertClose(be, matches, [0, 0]);
    await assertClose(be, mutual, [1, 0]);
  },
);

eachBackend("mutualNearestNeighbors() of one cell each", async (be) => {
  const { mutual } = mutualNearestNeighbors(be, be.tensor([-3], [1, 1, 1]));
  await assertClose(be, mutual, [1]);
});

Deno.test("mutualNearestNeighbors() always finds one, and no cell twice", () => {
  const be = referenceBackend();
  const side = fc.integer({ min: 1, max: 5 });
  fc.assert(fc.property(side, side, fc.nat(1000), (n, m, seed) => {
    const scores = put(be, drawn(seed, [1, n, m]));
    const { matches, mutual } = mutualNearestNeighbors(be, scores);
    const kept = [...matches.data].filter((_, i) => mutual.data[i] === 1);
    ok(kept.length >= 1);
    strictEqual(new Set(kept).size, kept.length);
  }));
});

Deno.test("mutualNearestNeighbors() refuses other ranks", () => {
  const be = referenceBackend();
  throws(() => mutualNearestNeighbors(be, be.tensor([1], [1, 1])), {
    name: ShapeError.name,
    message: 'mutualNearestNeighbors(): "scores" must be [B, N, M]: got [1,1]',
  });
});

eachBackend("mutualNearestNeighbors() frees what it made", async (be) => {
  await assertFrees(be, () => {
    const found = mutualNearestNeighbors(be, put(be, drawn(1, [2, 3, 4])));
    return [found.matches, found.mutual];
  });
});
