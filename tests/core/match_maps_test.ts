import { ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { referenceBackend } from "../../src/backends/reference.ts";
import { correlate } from "../../src/core/correlate.ts";
import { OptionError, ShapeError } from "../../src/core/errors.ts";
import { matchMaps } from "../../src/core/match_maps.ts";
import {
  assertClose,
  assertFrees,
  assertGradient,
  assertNear,
  assertShape,
  drawn,
  eachBackend,
  NAN,
  put,
} from "../_helpers.ts";

eachBackend("matchMaps() reads the row of a query from scores", async (be) => {
  // Rows of two cells of A over three cells of B.
  const scores = be.tensor([1, 2, 3, 5, 6, 11], [1, 2, 3]);
  const queries = be.tensor([0, 0, 0.25, 0, 9, 0], [1, 3, 2]);
  const maps = matchMaps(be, { scores, queries }, {
    gridA: [1, 2],
    gridB: [3, 1],
  });
  assertShape(be, maps, [1, 3, 3, 1]);
  // Row 0; 3/4 of row 0 and 1/4 of row 1; beyond the border row 1.
  await assertClose(be, maps, [1, 2, 3, 2, 3, 5, 5, 6, 11]);
});

eachBackend("matchMaps() gives the same from feature maps", async (be) => {
  const featuresA = put(be, drawn(1, [2, 4, 3, 2]));
  const featuresB = put(be, drawn(2, [2, 4, 2, 5]));
  const queries = put(be, drawn(3, [2, 6, 2], [-0.5, 3]));
  const betas = { betaA: be.tensor([0.5, 0.7], [2]), betaB: 0.6 };
  const direct = matchMaps(be, { featuresA, featuresB, queries }, betas);
  assertShape(be, direct, [2, 6, 2, 5]);
  const scores = correlate(be, { featuresA, featuresB }, betas);
  const read = matchMaps(be, { scores, queries }, {
    gridA: [3, 2],
    gridB: [2, 5],
  });
  const [wanted = []] = await be.read([read]);
  const [got = []] = await be.read([direct]);
  assertNear(got, wanted, 1e-6);
});

eachBackend("matchMaps() of single cells is their score", async (be) => {
  const map = be.tensor([2, -1], [2, 1, 1, 1]);
  const queries = be.tensor([0.4, 3, -1, 0], [2, 1, 2]);
  const maps = matchMaps(be, { featuresA: map, featuresB: map, queries });
  assertShape(be, maps, [2, 1, 1, 1]);
  await assertClose(be, maps, [1, 1]);
});

eachBackend(
  "matchMaps() gives 0 where the query's feature is 0",
  async (be) => {
    const featuresA = be.tensor([0, 1], [1, 1, 1, 2]);
    const featuresB = be.tensor([3], [1, 1, 1, 1]);
    const queries = be.tensor([0, 0, 0.5, 0], [1, 2, 2]);
    const maps = matchMaps(be, { featuresA, featuresB, queries });
    await assertClose(be, maps, [0, 0.5]);
  },
);

eachBackend("matchMaps() keeps a NaN query to its own map", async (be) => {
  const map = be.tensor([1, -1], [1, 1, 1, 2]);
  const queries = be.tensor([NaN, 0, 1, 0], [1, 2, 2]);
  const maps = matchMaps(be, { featuresA: map, featuresB: map, queries });
  await assertClose(be, maps, [NaN, NaN, -1, 1]);
}, NAN);

Deno.test("matchMaps() refuses shapes and temperatures that do not fit", () => {
  const be = referenceBackend();
  const zeros = (...shape: number[]) => put(be, drawn(4, shape));
  const map = zeros(1, 2, 2, 2);
  const queries = zeros(1, 3, 2);
  const grids = { gridA: [2, 2], gridB: [2, 2] } as const;
  const calls: readonly (() => unknown)[] = [
    () => matchMaps(be, { scores: zeros(1, 4, 3), queries }, grids),
    () => matchMaps(be, { scores: zeros(4, 4), queries }, grids),
    () => matchMaps(be, { scores: zeros(2, 4, 4), queries }, grids),
    () => matchMaps(be, { featuresA: map, featuresB: map, queries: map }),
    () =>
      matchMaps(be, {
        featuresA: map,
        featuresB: zeros(1, 3, 2, 2),
        queries,
      }),
    () =>
      matchMaps(be, {
        featuresA: map,
        featuresB: map,
        queries: zeros(1, 3, 3),
      }),
  ];
  for (const call of calls) throws(call, ShapeError);
  const features = { featuresA: map, featuresB: map, queries };
  throws(() => matchMaps(be, features, { betaB: 0 }), OptionError);
});

Deno.test("matchMaps() stays within the scores of a normalised pair", () => {
  const be = referenceBackend();
  fc.assert(fc.property(fc.nat(1000), (seed) => {
    const featuresA = put(be, drawn(seed, [1, 3, 3, 3]));
    const featuresB = put(be, drawn(seed + 1, [1, 3, 2, 2]));
    const queries = put(be, drawn(seed + 2, [1, 4, 2], [-1, 4]));
    const maps = matchMaps(be, { featuresA, featuresB, queries }, {
      betaA: 0.5,
    });
    ok(maps.data.every((score) => Math.abs(score) <= 2 + 1e-12));
  }));
});

Deno.test("matchMaps() agrees with central differences", () => {
  const queries = { shape: [1, 2, 2], data: [0.3, 0.6, 0.8, 0.2] };
  assertGradient({
    featuresA: drawn(5, [1, 3, 2, 2], [0.3, 1]),
    featuresB: drawn(6, [1, 3, 1, 3], [0.3, 1]),
    queries,
    betaA: drawn(7, [1], [0.5, 1]),
  }, (be, { betaA, ...inputs }) => matchMaps(be, inputs, { betaA }));
  assertGradient(
    { scores: drawn(8, [1, 4, 3]), queries },
    (be, inputs) => matchMaps(be, inputs, { gridA: [2, 2], gridB: [1, 3] }),
  );
});

eachBackend("matchMaps() frees what it made", async (be) => {
  await assertFrees(be, () => {
    const map = put(be, drawn(9, [1, 3, 2, 2]));
    const queries = put(be, drawn(10, [1, 2, 2], [0, 1]));
    return [matchMaps(be, { featuresA: map, featuresB: map, queries })];
  });
});
