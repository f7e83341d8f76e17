import { throws } from "node:assert/strict";
import { referenceBackend } from "../../src/backends/reference.ts";
import { OptionError } from "../../src/core/errors.ts";
import {
  matchOrReject,
  type MatchOrRejectOptions,
} from "../../src/core/match_or_reject.ts";
import {
  assertClose,
  assertFrees,
  assertShape,
  drawn,
  eachBackend,
  put,
} from "../_helpers.ts";
import { assertQuoted, wave } from "./_waves.ts";

const all: MatchOrRejectOptions<never> = {
  localizer: { kind: "softArgmax" },
  beta: 0.1,
  minSimilarity: -1,
  minConfidence: 0,
  maxCycleCells: Infinity,
};

eachBackend("matchOrReject() weighs what PyTorch finds", async (be) => {
  // a, b = sin(1 …) as [1, 3, 3, 4], sin(50 …) as [1, 3, 2, 5]; rows(f, q) is
  //   F.grid_sample(F.normalize(f, dim=1), q, align_corners=True)
  //   m = rows(a, q) @ flat(b).T; p = (m / 0.1).softmax(1)
  //   pts = torch.stack([p @ xs, p @ ys], 1)
  //   back = ((rows(b, pts) @ flat(a).T) / 0.1).softmax(1)
  //   home = torch.stack([back @ xa, back @ ya], 1)
  //   pts, m.amax(1), p.amax(1), (home - q).norm(dim=1)
  const inputs = {
    featuresA: put(be, wave(1, [1, 3, 3, 4])),
    featuresB: put(be, wave(50, [1, 3, 2, 5])),
    queries: be.tensor([0, 0, 1.5, 1.25, 3, 2], [1, 3, 2]),
  };
  const free = matchOrReject(be, inputs, all);
  assertShape(be, free.matched, [1, 3]);
  await assertQuoted(be, free.points, [
    3.6504719084,
    0.6850380235,
    3.3588138505,
    0.4142123564,
    3.1753983989,
    0.2786198032,
  ]);
  const { similarity, confidence, cycleCells } = free;
  await assertQuoted(be, similarity, [
    0.7329887711,
    0.3453893105,
    0.2649505132,
  ]);
  await assertQuoted(be, confidence, [
    0.6770633754,
    0.4865167275,
    0.4421886239,
  ]);
  await assertQuoted(be, cycleCells, [
    1.8024077038,
    0.4429951393,
    1.7561206536,
  ]);
  await assertClose(be, free.matched, [1, 1, 1]);
  const bounds = [
    [{ minSimilarity: 0.3 }, [1, 1, 0]],
    [{ minConfidence: 0.5 }, [1, 0, 0]],
    [{ maxCycleCells: 1.8 }, [0, 1, 1]],
    [{ minSimilarity: 0.3, maxCycleCells: 1 }, [0, 1, 0]],
  ] as const;
  for (const [bound, wanted] of bounds) {
    const { matched } = matchOrReject(be, inputs, { ...all, ...bound });
    await assertClose(be, matched, wanted);
  }
});

eachBackend("matchOrReject() accepts a match on its bounds", async (be) => {
  // Orthogonal cells: each finds itself with cosine 1 and leads back to 0 cells.
  const map = be.tensor([1, 0, 0, 1], [1, 2, 1, 2]);
  const queries = be.tensor([0, 0, 1, 0], [1, 2, 2]);
  const inputs = { featuresA: map, featuresB: map, queries };
  const { matched, cycleCells } = matchOrReject(be, inputs, {
    localizer: { kind: "nearestNeighbor" },
    beta: 1e-3,
    minSimilarity: 1,
    minConfidence: 1,
    maxCycleCells: 0,
  });
  await assertClose(be, cycleCells, [0, 0]);
  await assertClose(be, matched, [1, 1]);
});

Deno.test("matchOrReject() refuses bounds outside their range", () => {
  const be = referenceBackend();
  const map = put(be, drawn(1, [1, 2, 2, 2]));
  const queries = put(be, drawn(1, [1, 1, 2]));
  const inputs = { featuresA: map, featuresB: map, queries };
  const wrong = [
    { minSimilarity: 1.1 },
    { minConfidence: -0.1 },
    { maxCycleCells: NaN },
  ];
  for (const bound of wrong) {
    throws(() => matchOrReject(be, inputs, { ...all, ...bound }), OptionError);
  }
  throws(() => matchOrReject(be, inputs, { ...all, minConfidence: 2 }), {
    message:
      'matchOrReject(): "minConfidence" must be a number in [0, 1]: got 2',
  });
});

eachBackend("matchOrReject() frees what it made", async (be) => {
  await assertFrees(be, () => {
    const map = put(be, drawn(9, [1, 3, 2, 2]));
    const queries = put(be, drawn(10, [1, 2, 2], [0, 1]));
    const inputs = { featuresA: map, featuresB: map, queries };
    return Object.values(matchOrReject(be, inputs, all));
  });
});
