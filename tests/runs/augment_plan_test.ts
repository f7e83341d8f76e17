import { deepStrictEqual, equal, ok, throws } from "node:assert/strict";
import { OptionError } from "../../src/core/errors.ts";
import type {
  AnnotatedImage,
  ImagePair,
  Point,
} from "../../src/data/image_pair.ts";
import { type Augmentation, augmentPlan } from "../../src/runs/augment_plan.ts";
import { groupedBatch, imageGroups } from "../../src/runs/image_groups.ts";
import { pairBatch } from "../../src/runs/training_batch.ts";

const ALL: readonly Augmentation[] = ["mirror", "crop", "colour"];

function image(path: string, keypoints: readonly Point[]): AnnotatedImage {
  return { path, keypoints, size: [30, 40] };
}

function pair(id: string, a: AnnotatedImage, b: AnnotatedImage): ImagePair {
  const keypointIds = a.keypoints.map((_, k) => String(k));
  return { id, category: "cat", source: a, target: b, keypointIds };
}

const PAIRS = [
  pair("1", image("a", [[5, 5], [20, 9]]), image("b", [[6, 6], [30, 20]])),
  pair("2", image("c", [[7, 7], [22, 8]]), image("d", [[8, 8], [12, 25]])),
];

function isMirrored({ edits = [] }: AnnotatedImage): boolean {
  return edits.some(({ kind }) => kind === "mirror");
}

Deno.test("augmentPlan() changes nothing unless it is told to", () => {
  const plan = pairBatch(PAIRS);
  equal(augmentPlan(plan, { augment: [], seed: 1, step: 2 }), plan);
});

Deno.test("augmentPlan() gives a pair the edits of its images, and both the same mirror", () => {
  const counts = { mirrored: 0, crop: 0, colour: 0, apart: 0 };
  for (let step = 0; step < 200; step++) {
    const plan = augmentPlan(pairBatch(PAIRS), { augment: ALL, seed: 0, step });
    for (const { pair, a, b } of plan.pairs) {
      deepStrictEqual(pair.source.edits, plan.images[a]!.edits);
      deepStrictEqual(pair.target.edits, plan.images[b]!.edits);
      equal(isMirrored(pair.source), isMirrored(pair.target));
      for (const { keypoints, size } of [pair.source, pair.target]) {
        for (const [x, y] of keypoints) {
          ok(x >= 0 && x < size![1] && y >= 0 && y < size![0]);
        }
      }
      if (isMirrored(pair.source)) counts.mirrored++;
    }
    for (const { edits = [] } of plan.images) {
      if (edits.some(({ kind }) => kind === "crop")) counts.crop++;
      if (edits.some(({ kind }) => kind === "colour")) counts.colour++;
    }
    const [first, second] = plan.pairs.map(({ pair }) =>
      isMirrored(pair.source)
    );
    if (first !== second) counts.apart++;
  }
  // Half of 400 pairs, of 800 images twice and of 200 steps; four deviations.
  ok(Math.abs(counts.mirrored - 200) < 40, JSON.stringify(counts));
  ok(Math.abs(counts.crop - 400) < 57, JSON.stringify(counts));
  ok(Math.abs(counts.colour - 400) < 57, JSON.stringify(counts));
  ok(Math.abs(counts.apart - 100) < 29, JSON.stringify(counts));
});

Deno.test("augmentPlan() is named by seed and step alone", () => {
  const draw = (seed: number, step: number) =>
    augmentPlan(pairBatch(PAIRS), { augment: ALL, seed, step });
  deepStrictEqual(draw(3, 4), draw(3, 4));
  ok(JSON.stringify(draw(3, 4)) !== JSON.stringify(draw(3, 5)));
  ok(JSON.stringify(draw(3, 4)) !== JSON.stringify(draw(4, 4)));
});

Deno.test("augmentPlan() mirrors the images of a group together, crops keep the keypoints of all pairs", () => {
  const pairs = [
    PAIRS[0]!,
    pair("3", PAIRS[0]!.source, image("e", [[1, 2], [39, 29]])),
  ];
  const groups = imageGroups(pairs);
  for (let step = 0; step < 50; step++) {
    const plan = groupedBatch(groups, {
      groupSize: 3,
      groups: 1,
      seed: 0,
      step,
    });
    const { images, pairs } = augmentPlan(plan, {
      augment: ALL,
      seed: 0,
      step,
    });
    equal(new Set(images.map(isMirrored)).size, 1);
    for (const { pair } of pairs) {
      for (const { keypoints, size } of [pair.source, pair.target]) {
        ok(
          keypoints.every(([x, y]) =>
            x >= 0 && x < size![1] && y >= 0 && y < size![0]
          ),
        );
      }
    }
  }
});

Deno.test("augmentPlan() counts from 1 where annotations do", () => {
  const mirrored = (counting: object) => {
    for (let step = 0;; step++) {
      const options = { augment: ["mirror"] as const, seed: 0, step, counting };
      const { pairs } = augmentPlan(pairBatch(PAIRS), options);
      const { source } = pairs[0]!.pair;
      if (isMirrored(source)) return source.keypoints[0];
    }
  };
  deepStrictEqual(mirrored({}), [34, 5]);
  deepStrictEqual(mirrored({ origin: 1 }), [36, 5]);
});

Deno.test("augmentPlan() refuses an image without a size", () => {
  const { size: _, ...bare } = PAIRS[0]!.source;
  const plan = pairBatch([pair("1", bare, bare)]);
  throws(
    () => augmentPlan(plan, { augment: ["mirror"], seed: 0, step: 0 }),
    OptionError,
  );
});

Deno.test("imageGroups() keeps mirrored images apart: left looks like right in them", () => {
  const mirror = (each: AnnotatedImage): AnnotatedImage => ({
    ...each,
    edits: [{ kind: "mirror" }],
  });
  const { source, target } = PAIRS[0]!;
  const groups = imageGroups([
    PAIRS[0]!,
    pair("2", mirror(source), mirror(target)),
  ]);
  deepStrictEqual(
    [...groups].map(([name, images]) => [name, images.length]),
    [["cat", 2], ["cat, mirrored", 2]],
  );
});
