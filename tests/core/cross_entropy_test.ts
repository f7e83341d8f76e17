import { deepStrictEqual, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { referenceBackend } from "../../src/backends/reference.ts";
import { valueAndGrad } from "../../src/backends/tape.ts";
import {
  crossEntropy,
  type CrossEntropyOptions,
} from "../../src/core/cross_entropy.ts";
import { OptionError, ShapeError } from "../../src/core/errors.ts";
import {
  assertClose,
  assertFrees,
  assertGradient,
  assertNear,
  assertShape,
  drawn,
  eachBackend,
  put,
  TOLERANCES,
} from "../_helpers.ts";

const TARGETS = ["sampled", "splat"] as const;
const one = (target: CrossEntropyOptions["target"]) =>
  ({ target, ns: 1, nk: 1 }) as const;
const paper = (target: CrossEntropyOptions["target"]) =>
  ({ target, ns: 3, nk: 5 }) as const;

eachBackend(
  "crossEntropy() sampled reads the map between cells",
  async (be) => {
    // Probabilities 0.2 and 0.8; a quarter of the way is 0.35.
    const maps = be.tensor([0, Math.log(4)], [1, 1, 1, 2]);
    const points = be.tensor([0.25, 0], [1, 1, 2]);
    const loss = crossEntropy(be, { maps, points }, one("sampled"));
    assertShape(be, loss, []);
    await assertClose(be, loss, [-Math.log(0.35)]);
  },
);

eachBackend("crossEntropy() splat shares the truth among cells", async (be) => {
  const maps = be.tensor([0, Math.log(4)], [1, 1, 1, 2]);
  const points = be.tensor([0.25, 0], [1, 1, 2]);
  const loss = crossEntropy(be, { maps, points }, one("splat"));
  await assertClose(be, loss, [-0.75 * Math.log(0.2) - 0.25 * Math.log(0.8)]);
});

for (const target of TARGETS) {
  eachBackend(
    `crossEntropy() ${target} averages keypoints by weight, then pairs`,
    async (be) => {
      // Point losses of the uniform, the right and the wrong cell of 1 : 3.
      const maps = be.tensor([0, 0, 0, Math.log(3), 0, 0, 0, Math.log(3)], [
        2,
        2,
        1,
        2,
      ]);
      const points = be.tensor([0, 0, 1, 0, 1, 0, 0, 0], [2, 2, 2]);
      const weights = be.tensor([1, 0, 0, 1], [2, 2]);
      const inputs = { maps, points };
      const log2 = Math.log(2);
      const right = Math.log(4 / 3);
      const wrong = Math.log(4);
      await assertClose(
        be,
        crossEntropy(be, inputs, one(target)),
        [(log2 + right + log2 + wrong) / 4],
      );
      await assertClose(
        be,
        crossEntropy(be, { ...inputs, weights }, one(target)),
        [(log2 + wrong) / 2],
      );
    },
  );

  eachBackend(
    `crossEntropy() ${target} leaves out a pair without weight`,
    async (be) => {
      const maps = be.tensor([0, 0, 0, 0], [2, 1, 1, 2]);
      const points = be.tensor([0, 0, 0, 0], [2, 1, 2]);
      const loss = (...weights: number[]) =>
        crossEntropy(
          be,
          { maps, points, weights: be.tensor(weights, [2, 1]) },
          one(target),
        );
      await assertClose(be, loss(1, 0), [Math.log(2)]);
      await assertClose(be, loss(0, 0), [0]);
    },
  );

  eachBackend(`crossEntropy() ${target} does not see padding`, async (be) => {
    const points = be.tensor([0.5, 0, 0.5, 0], [1, 2, 2]);
    const weights = be.tensor([1, 0], [1, 2]);
    const loss = (noise: number) =>
      crossEntropy(be, {
        maps: be.tensor([0.3, 1, 0.2, noise, -noise, 0], [1, 2, 1, 3]),
        points,
        weights,
      }, paper(target));
    const [wanted = []] = await be.read([loss(0)]);
    await assertClose(be, loss(200), wanted);
  });

  for (const padding of [NaN, Infinity, -Infinity]) {
    eachBackend(
      `crossEntropy() ${target} does not see padding of ${padding}`,
      async (be) => {
        // A keypoint, padding, and a pair of nothing but padding.
        const maps = [0, Math.log(3), ...Array<number>(6).fill(padding)];
        const points = [1, 0, ...Array<number>(6).fill(padding)];
        const weights = be.tensor([1, 0, 0, 0], [2, 2]);
        const { value, gradients } = valueAndGrad(be, (tape, { m, p }) => ({
          value: crossEntropy(
            tape,
            { maps: m!, points: p!, weights: tape.lift(weights) },
            one(target),
          ),
        }))({
          m: be.tensor(maps, [2, 2, 1, 2]),
          p: be.tensor(points, [2, 2, 2]),
        });
        // -log 3/4, whose gradient is the probability less the truth.
        await assertClose(be, value, [Math.log(4 / 3)]);
        const [byMap = [], byPoint = []] = await be.read([
          gradients["m"]!,
          gradients["p"]!,
        ]);
        const slopes = [1 / 4, 3 / 4 - 1];
        assertNear(byMap.slice(0, 2), slopes, TOLERANCES[be.precision]);
        ok(byPoint.every(Number.isFinite), `${byPoint}`);
        deepStrictEqual([...byPoint.slice(2)], [0, 0, 0, 0, 0, 0]);
      },
    );
  }

  eachBackend(
    `crossEntropy() ${target} stays finite at a temperature of 0.004`,
    async (be) => {
      // The truth lies 500 below the peak: e^-500 is 0 even in float64 squared.
      const maps = be.tensor([250, -250, -250], [1, 1, 1, 3]);
      const points = be.tensor([2, 0], [1, 1, 2]);
      const loss = crossEntropy(be, { maps, points }, one(target));
      await assertClose(be, loss, [500]);
    },
  );

  eachBackend(`crossEntropy() ${target} of a single cell is 0`, async (be) => {
    const maps = be.tensor([7], [1, 1, 1, 1]);
    const points = be.tensor([0.4, -1], [1, 1, 2]);
    await assertClose(
      be,
      crossEntropy(be, { maps, points }, paper(target)),
      [0],
    );
  });

  eachBackend(`crossEntropy() ${target} of a NaN is NaN`, async (be) => {
    const maps = be.tensor([NaN, 0], [1, 1, 1, 2]);
    const points = be.tensor([1, 0], [1, 1, 2]);
    const loss = crossEntropy(be, { maps, points }, one(target));
    await assertClose(be, loss, [NaN]);
  });

  Deno.test(`crossEntropy() ${target} agrees with central differences`, () => {
    assertGradient({
      maps: drawn(1, [2, 2, 3, 3], [-2, 2]),
      points: {
        shape: [2, 2, 2],
        data: [0.3, 0.6, 1.7, 1.2, 0.4, 1.8, 1.3, 0.7],
      },
      weights: { shape: [2, 2], data: [1, 0.5, 1, 0.3] },
    }, (be, inputs) => crossEntropy(be, inputs, paper(target)));
  });

  eachBackend(`crossEntropy() ${target} frees what it made`, async (be) => {
    await assertFrees(be, () => {
      const maps = put(be, drawn(2, [1, 2, 3, 3]));
      const points = put(be, drawn(3, [1, 2, 2], [0, 2]));
      return [crossEntropy(be, { maps, points }, paper(target))];
    });
  });
}

eachBackend("crossEntropy() refuses to be without a keypoint", (be) => {
  const maps = be.tensor([], [1, 0, 2, 2]);
  const points = be.tensor([], [1, 0, 2]);
  for (const target of TARGETS) {
    throws(
      () => crossEntropy(be, { maps, points }, paper(target)),
      /^ShapeError: crossEntropy\(\): "maps" must be of at least one keypoint/,
    );
  }
});

Deno.test("crossEntropy() refuses shapes and options that do not fit", () => {
  const be = referenceBackend();
  const zeros = (...shape: number[]) => put(be, drawn(4, shape));
  const maps = zeros(2, 3, 2, 2);
  const points = zeros(2, 3, 2);
  for (const target of TARGETS) {
    const wrong = [
      { maps: zeros(2, 3, 4), points },
      { maps, points: zeros(2, 2, 2) },
      { maps, points: zeros(1, 3, 2) },
      { maps, points: zeros(2, 3, 3) },
      { maps, points, weights: zeros(2) },
      { maps, points, weights: zeros(3, 2) },
    ];
    for (const inputs of wrong) {
      throws(() => crossEntropy(be, inputs, paper(target)), ShapeError);
    }
    for (const change of [{ ns: 2 }, { nk: 1 }, { std: -1 }]) {
      throws(
        () =>
          crossEntropy(be, { maps, points }, { ...paper(target), ...change }),
        OptionError,
      );
    }
  }
  const target = "hard" as "splat";
  throws(() => crossEntropy(be, { maps, points }, one(target)), OptionError);
});

Deno.test("crossEntropy() sampled is at most splat (Jensen), and at least 0", () => {
  const be = referenceBackend();
  fc.assert(fc.property(
    fc.nat(1000),
    fc.double({ min: 0.1, max: 50, noNaN: true }),
    (seed, scale) => {
      const maps = put(be, drawn(seed, [1, 2, 3, 3], [-scale, scale]));
      const points = put(be, drawn(seed + 1, [1, 2, 2], [-1, 3]));
      const [sampled, splat] = TARGETS.map((target) =>
        crossEntropy(be, { maps, points }, paper(target)).data[0] as number
      ) as [number, number];
      ok(sampled >= 0 && sampled <= splat + 1e-12, `${sampled} ${splat}`);
    },
  ));
});

Deno.test("crossEntropy() does not change when a constant is added to a map", () => {
  const be = referenceBackend();
  const points = be.tensor([0.7, 1.2], [1, 1, 2]);
  const base = put(be, drawn(5, [1, 1, 3, 2]));
  for (const target of TARGETS) {
    const loss = (maps: typeof base) =>
      crossEntropy(be, { maps, points }, paper(target)).data[0] as number;
    ok(Math.abs(loss(base) - loss(be.add(base, 100))) < 1e-12);
  }
});
