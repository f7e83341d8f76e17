import {
  deepStrictEqual,
  match,
  ok,
  strictEqual,
  throws,
} from "node:assert/strict";
import fc from "fast-check";
import type { Backend } from "../../src/backends/backend.ts";
import { referenceBackend } from "../../src/backends/reference.ts";
import { valueAndGrad } from "../../src/backends/tape.ts";
import { bilinearWeights } from "../../src/core/bilinear_weights.ts";
import { correlate, type FeaturePair } from "../../src/core/correlate.ts";
import { OptionError, ShapeError } from "../../src/core/errors.ts";
import { type FeatureQueries, matchMaps } from "../../src/core/match_maps.ts";
import type { OpaqueTensor } from "../../src/runs/create_backend.ts";
import {
  assertClose,
  assertFrees,
  assertGradient,
  assertNear,
  assertShape,
  drawn,
  eachBackend,
  NAN,
  type Numbers,
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
  const features = { featuresA: map, featuresB: map };
  const calls: readonly (readonly [RegExp, () => unknown])[] = [
    [
      /^matchMaps\(\): "scores" must be \[B, 4, 4\]: got \[1,4,3\]$/,
      () => matchMaps(be, { scores: zeros(1, 4, 3), queries }, grids),
    ],
    [
      /^matchMaps\(\): "scores" must be \[B, N, M\]/,
      () => matchMaps(be, { scores: zeros(4, 4), queries }, grids),
    ],
    [
      /^matchMaps\(\): "queries" must be \[2, K, 2\]/,
      () => matchMaps(be, { scores: zeros(2, 4, 4), queries }, grids),
    ],
    [
      /^matchMaps\(\): "queries" must be \[B, K, 2\]/,
      () => matchMaps(be, { ...features, queries: map }),
    ],
    [
      /^matchMaps\(\): "featuresB" must be/,
      () =>
        matchMaps(be, { ...features, featuresB: zeros(1, 3, 2, 2), queries }),
    ],
    // Few queries, and as many as are gathered.
    ...[3, 2 ** 15].map((count) =>
      [
        /^matchMaps\(\): "queries" must be \[1, K, 2\]: got \[1,\d+,3\]$/,
        () => matchMaps(be, { ...features, queries: zeros(1, count, 3) }),
      ] as const
    ),
  ];
  for (const [message, call] of calls) {
    throws(call, (error) => {
      ok(error instanceof ShapeError);
      match(error.message, message);
      return true;
    });
  }
  throws(
    () => matchMaps(be, { ...features, queries }, { betaB: 0 }),
    OptionError,
  );
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

eachBackend("matchMaps() has no slope at a cell", async (be) => {
  // Scores 0, 1, 4, 9 along x: their slopes are 1, 3 and 5.
  const scores = be.tensor([0, 1, 4, 9], [1, 4, 1]);
  const { gradients } = valueAndGrad(be, (tape, { queries }) => ({
    value: tape.sum(
      matchMaps(tape, { scores: tape.lift(scores), queries: queries! }, {
        gridA: [1, 4],
        gridB: [1, 1],
      }),
      [0, 1, 2, 3],
    ),
  }))({ queries: be.tensor([1, 0, 1.5, 0, 2.5, 0, 9, 0], [1, 4, 2]) });
  const slopes = [0, 0, 3, 0, 5, 0, 0, 0];
  await assertClose(be, gradients.queries!, slopes);
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

/** So many that the four cells of each are gathered. */
const [MANY, GRID] = [1024, 16];

/** Feature maps, or scores, and many queries: of both images, in cells and between, beyond the grid too. */
function manyOf(kind: "features" | "scores"): Record<string, Numbers> {
  const points = drawn(13, [2, MANY, 2], [-1, GRID]);
  const data = points.data.map((x, i) => i % 7 === 0 ? Math.round(x) : x);
  const queries = { shape: points.shape, data };
  return kind === "features"
    ? {
      featuresA: drawn(11, [2, 3, GRID, GRID]),
      featuresB: drawn(12, [2, 3, 1, 3]),
      queries,
    }
    : { scores: drawn(14, [2, GRID * GRID, 3]), queries };
}

function matchMany<T>(be: Backend<T>, inputs: Readonly<Record<string, T>>): T {
  const { queries, scores, ...maps } = inputs;
  return scores === undefined
    ? matchMaps(be, { ...maps, queries } as FeatureQueries<T>)
    : matchMaps(be, { scores, queries: queries! }, {
      gridA: [GRID, GRID],
      gridB: [1, 3],
    });
}

/** The backend, and how often it gathered. */
function counting<T>(be: Backend<T>): readonly [Backend<T>, () => number] {
  let gathered = 0;
  const gather: Backend<T>["gather"] = (...args) => {
    gathered++;
    return be.gather(...args);
  };
  return [{ ...be, gather }, () => gathered];
}

for (const kind of ["features", "scores"] as const) {
  eachBackend(
    `matchMaps() samples many queries of ${kind} as bilinear weights do`,
    async (plain) => {
      const [be, gathered] = counting(plain);
      const { queries, ...inputs } = Object.fromEntries(
        Object.entries(manyOf(kind)).map(([name, x]) => [name, put(be, x)]),
      );
      const found = matchMany(be, { ...inputs, queries: queries! });
      ok(gathered() > 0);
      const scores = inputs["scores"] ??
        correlate(be, inputs as unknown as FeaturePair<OpaqueTensor>);
      const weights = bilinearWeights(be, queries!, [GRID, GRID]);
      const [got, wanted] = await be.read([found, be.matMul(weights, scores!)]);
      assertNear(got!, wanted!, 1e-6);
    },
  );

  Deno.test(`matchMaps() gathers no ${kind} where gradients are recorded`, () => {
    const [be, gathered] = counting(referenceBackend());
    const inputs = manyOf(kind);
    const { value } = valueAndGrad(be, (tape, parameters) => ({
      value: matchMany(tape, parameters),
      cotangent: put(tape, drawn(15, [2, MANY, 1, 3])),
    }))(
      Object.fromEntries(
        Object.entries(inputs).map(([name, x]) => [name, put(be, x)]),
      ),
    );
    assertShape(be, value, [2, MANY, 1, 3]);
    strictEqual(gathered(), 0);
  });
}

Deno.test("matchMaps() keeps a NaN among many queries to its own map", () => {
  const be = referenceBackend();
  const { queries, ...maps } = manyOf("features");
  const data = queries!.data.map((x, i) => i === 3 ? NaN : x);
  const found = matchMany(be, {
    featuresA: put(be, maps["featuresA"]!),
    featuresB: put(be, maps["featuresB"]!),
    queries: be.tensor(data, queries!.shape),
  });
  // The y of query 1 of the first image, and its three scores.
  const nans = Array.from(found.data, (x, i) => Number.isNaN(x) ? i : -1)
    .filter((i) => i >= 0);
  deepStrictEqual(nans, [3, 4, 5]);
});

eachBackend("matchMaps() frees what it made", async (be) => {
  await assertFrees(be, () => {
    const map = put(be, drawn(9, [1, 3, 2, 2]));
    const queries = put(be, drawn(10, [1, 2, 2], [0, 1]));
    return [matchMaps(be, { featuresA: map, featuresB: map, queries })];
  });
});
