import { deepStrictEqual, rejects, throws } from "node:assert/strict";
import { referenceBackend } from "../../src/backends/reference.ts";
import { denseCorrespondence } from "../../src/core/dense_correspondence.ts";
import { OptionError, ShapeError } from "../../src/core/errors.ts";
import {
  assertNear,
  drawn,
  eachBackend,
  put,
  TOLERANCES,
} from "../_helpers.ts";
import { rough } from "./_waves.ts";

// PyTorch 2.13, float64, a, b = sin(i²) from 1 as [2, 3, 3, 4], from 50 as
// [2, 3, 2, 5]:
//   def flat(x): return F.normalize(x, dim=1).flatten(2).transpose(1, 2)
//   s = flat(a) @ flat(b).transpose(1, 2); i = s.argmax(2)
//   i, s.amax(2), (s / 0.2).softmax(2).amax(2)
//   s.argmax(1).gather(1, i) == torch.arange(12)
// deno-fmt-ignore
const CELLS = [
  2, 0, 2, 0, 0, 9, 0, 4, 1, 0, 7, 9, 7, 9, 2, 0, 4, 7, 3, 2, 2, 5, 7, 7,
];
// deno-fmt-ignore
const SIMILARITY = [
  0.960573625, 0.4763657635, 0.9565612777, 0.8099471183, 0.839282715,
  0.6159412497, 0.7295834662, 0.9913381714, 0.9606487585, 0.6250609986,
  0.7594352166, 0.9044626218, 0.8721378462, 0.9531121478, 0.74676172,
  0.9640218097, 0.8731903806, 0.9466931785, 0.7760842535, 0.9493651304,
  0.9989994176, 0.954545497, 0.9536802474, 0.8500392631,
];
// deno-fmt-ignore
const CONFIDENCE = [
  0.3750352713, 0.5423673987, 0.3400529585, 0.7333950841, 0.7175612589,
  0.458389349, 0.9335496198, 0.4920793627, 0.6942763229, 0.8254608218,
  0.5567400677, 0.524343505, 0.4924616704, 0.8785937499, 0.5238099242,
  0.480193259, 0.4968740424, 0.6911608372, 0.4246484529, 0.752598813,
  0.7709092938, 0.5455878391, 0.5761860899, 0.6520542313,
];
// deno-fmt-ignore
const MUTUAL = [
  1, 0, 0, 0, 1, 0, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1, 0,
];
//   p = (s / 0.2).softmax(2)
//   torch.stack([(p * xs).sum(2), (p * ys).sum(2)], 2)[0, :3]
// deno-fmt-ignore
const SOFT = [
  2.9223747668, 0.1968465341, 0.595976113, 0.2006880159, 3.0073539239,
  0.208958379,
];

eachBackend(
  "denseCorrespondence() gives PyTorch's field, chunk by chunk",
  async (be) => {
    const featuresA = put(be, rough(1, [2, 3, 3, 4]));
    const featuresB = put(be, rough(50, [2, 3, 2, 5]));
    const before = be.memory().tensors;
    const tolerance = TOLERANCES.float32;
    // 5 leaves a chunk of 2 at the end; 12 is all of it at once.
    for (const chunkCells of [1, 5, 12, undefined]) {
      const match = denseCorrespondence(be, {
        localizer: { kind: "nearestNeighbor" },
        beta: 0.2,
        ...(chunkCells === undefined ? {} : { chunkCells }),
      });
      const field = await match({ featuresA, featuresB });
      deepStrictEqual([field.gridA, field.gridB], [[3, 4], [2, 5]]);
      deepStrictEqual(
        [...field.points],
        CELLS.flatMap((n) => [n % 5, Math.floor(n / 5)]),
      );
      deepStrictEqual([...field.mutual], MUTUAL);
      assertNear(field.similarity, SIMILARITY, tolerance);
      assertNear(field.confidence, CONFIDENCE, tolerance);
    }
    deepStrictEqual(be.memory().tensors, before);
  },
);

eachBackend("denseCorrespondence() reads sub-pixel points", async (be) => {
  const match = denseCorrespondence(be, {
    localizer: { kind: "softArgmax" },
    beta: 0.2,
    chunkCells: 7,
  });
  const field = await match({
    featuresA: put(be, rough(1, [2, 3, 3, 4])),
    featuresB: put(be, rough(50, [2, 3, 2, 5])),
  });
  assertNear(field.points.slice(0, 6), SOFT, TOLERANCES.float32);
});

eachBackend(
  "denseCorrespondence() matches maps of several sizes",
  async (be) => {
    const match = denseCorrespondence(be, {
      localizer: { kind: "kernelSoftArgmax", sigmaCells: 2 },
      beta: 0.01,
      normalize: false,
    });
    for (const [h, w] of [[2, 3], [4, 1], [2, 3]] as const) {
      // One-hot features: every cell finds itself, with score 9.
      const n = h * w;
      const data = Array.from(
        { length: n * n },
        (_, i) => i % n === Math.floor(i / n) ? 3 : 0,
      );
      const map = be.tensor(data, [1, n, h, w]);
      const field = await match({ featuresA: map, featuresB: map });
      const cells = Array.from({ length: n }, (_, i) => i);
      assertNear(
        field.points,
        cells.flatMap((i) => [i % w, Math.floor(i / w)]),
        1e-6,
      );
      deepStrictEqual([...field.similarity], cells.map(() => 9));
      deepStrictEqual([...field.mutual], cells.map(() => 1));
      be.dispose([map]);
    }
  },
);

Deno.test("denseCorrespondence() refuses what it cannot use", async () => {
  const be = referenceBackend();
  const localizer = { kind: "nearestNeighbor" } as const;
  throws(() => denseCorrespondence(be, { localizer, beta: 0 }), OptionError);
  throws(
    () => denseCorrespondence(be, { localizer, beta: 1, chunkCells: 0 }),
    {
      message:
        'denseCorrespondence(): "chunkCells" must be a whole number >= 1: got 0',
    },
  );
  const match = denseCorrespondence(be, { localizer, beta: 1 });
  await rejects(
    match({
      featuresA: put(be, drawn(1, [1, 2, 2, 2])),
      featuresB: put(be, drawn(1, [1, 3, 2, 2])),
    }),
    ShapeError,
  );
});
