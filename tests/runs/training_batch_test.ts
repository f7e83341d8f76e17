import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { referenceBackend } from "../../src/backends/reference.ts";
import { OptionError } from "../../src/core/errors.ts";
import {
  batchTensors,
  pairBatch,
  trainingBatch,
} from "../../src/runs/training_batch.ts";
import { preparePixels } from "../../src/runs/prepared_image.ts";
import { fakeLoader, type FakePicture, pairOf } from "./_fakes.ts";
import { left, right } from "./_helpers.ts";

// 64 x 32 (W x H) resized to 32 x 32: x halves, y stays; two cells either way.
const WIDE: FakePicture = { stored: [64, 32], resized: [32, 32] };
const PICTURES = { a: WIDE, b: WIDE, c: WIDE };
const PAIRS = [
  pairOf({ path: "a", keypoints: [[16, 8]] }, {
    path: "b",
    keypoints: [[32, 24]],
  }),
  pairOf({ path: "b", keypoints: [[0, 0], [64, 32]] }, {
    path: "c",
    keypoints: [[8, 4], [48, 16]],
  }),
];

function options(rule: "simple" | "center" = "simple") {
  const { load, loads } = fakeLoader(PICTURES);
  return { prepare: preparePixels(load), loads, rule, stride: 16, capacity: 3 };
}

Deno.test("trainingBatch() lays keypoints out in cells and pads them", async () => {
  const batch = right(await trainingBatch(pairBatch(PAIRS), options()));
  deepStrictEqual(batch.inputs["images"]!.shape, [4, 3, 32, 32]);
  strictEqual(batch.inputs["images"]!.data.length, 4 * 3 * 32 * 32);
  deepStrictEqual([batch.indexA, batch.indexB], [[0, 2], [1, 3]]);
  // (16, 8) is (8, 8) resized, over 16: (0.5, 0.5).
  deepStrictEqual([...batch.queries], [0.5, 0.5, 0, 0, 0, 0, 0, 0, 2, 2, 0, 0]);
  deepStrictEqual([...batch.points], [
    ...[1, 1.5, 0, 0, 0, 0],
    ...[0.25, 0.25, 1.5, 1, 0, 0],
  ]);
  deepStrictEqual([...batch.weights], [1, 0, 0, 1, 1, 0]);
});

Deno.test("trainingBatch() follows the coordinate rule", async () => {
  const { queries } = right(
    await trainingBatch(pairBatch(PAIRS), options("center")),
  );
  // 8.5 / 16 - 0.5.
  deepStrictEqual([...queries.subarray(0, 2)], [0.03125, 0.03125]);
});

Deno.test("trainingBatch() names the file that is wrong", async () => {
  const keypoints = [[8, 8]] as const;
  const fine = { path: "a", keypoints };
  const cases = [
    [pairOf(fine, { path: "none", keypoints }), /^none: must be a readable/],
    [
      pairOf(fine, { path: "b", keypoints: [[65, 8]] }),
      /^b: "keypoints\[0\] of pair a-b" must be inside 64 x 32 pixels/,
    ],
    [
      pairOf({ path: "a", keypoints: [] }, { path: "b", keypoints: [] }),
      /^a: "keypoints of pair a-b" must be at least one/,
    ],
    [
      pairOf({ ...fine, size: [64, 32] }, { path: "b", keypoints }),
      /^a: "size" must be 32 x 64 pixels as pair a-b says: got 64 x 32/,
    ],
  ] as const;
  for (const [pair, message] of cases) {
    const error = left(
      await trainingBatch(pairBatch([PAIRS[0]!, pair]), options()),
    );
    strictEqual(message.test(error.message), true, error.message);
  }
});

Deno.test("trainingBatch() refuses more keypoints than there is room for", async () => {
  await rejects(
    trainingBatch(pairBatch(PAIRS), { ...options(), capacity: 1 }),
    OptionError,
  );
});

Deno.test("trainingBatch() loads shared images once and pads missing pairs", async () => {
  const settings = options();
  const [first, second] = PAIRS;
  const batch = right(
    await trainingBatch({
      images: ["a", "b", "c"].map((path) => ({ path, keypoints: [] })),
      pairs: [{ pair: first!, a: 0, b: 1 }, { pair: second!, a: 1, b: 2 }],
      pairCapacity: 4,
    }, settings),
  );
  deepStrictEqual(settings.loads, ["a", "b", "c"]);
  deepStrictEqual(batch.inputs["images"]!.shape, [3, 3, 32, 32]);
  deepStrictEqual([batch.indexA, batch.indexB], [[0, 1, 0, 0], [1, 2, 0, 0]]);
  deepStrictEqual([...batch.weights], [1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0]);
  deepStrictEqual([...batch.queries.subarray(12)], Array(12).fill(0));
});

Deno.test("batchTensors() gives a device the shapes a step reads", async () => {
  const be = referenceBackend();
  const batch = right(await trainingBatch(pairBatch(PAIRS), options()));
  const tensors = batchTensors(be, batch);
  const shapes = Object.entries(tensors).map((
    [name, x],
  ) => [name, [...x.shape]]);
  deepStrictEqual(Object.fromEntries(shapes), {
    images: [4, 3, 32, 32],
    indexA: [2],
    indexB: [2],
    queries: [2, 3, 2],
    points: [2, 3, 2],
    weights: [2, 3],
  });
});
