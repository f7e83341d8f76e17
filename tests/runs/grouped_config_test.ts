import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { ImagePair } from "../../src/data/image_pair.ts";
import { groupedConfig } from "../../src/runs/grouped_config.ts";
import { drawnDefaults, paperDefaults } from "../../src/runs/train_config.ts";
import { pairOf } from "./_fakes.ts";

/** `count` pairs of `images` images of a category, as many as there are. */
function pairsOf(
  category: string,
  images: number,
  count: number,
): readonly ImagePair[] {
  const picture = (i: number) => ({
    path: `${category}${i}`,
    keypoints: [[1, 1]] as const,
  });
  const all = Array.from(
    { length: images },
    (_, a) => Array.from({ length: images }, (_, b) => [a, b] as const),
  ).flat().filter(([a, b]) => a !== b);
  return all.slice(0, count).map(([a, b]) => ({
    ...pairOf(picture(a), picture(b), { category }),
    keypointIds: ["1"],
  }));
}

const AMPLE = [...pairsOf("cat", 9, 72), ...pairsOf("dog", 16, 240)];

Deno.test("groupedConfig() takes half the steps at twice the rates", () => {
  deepStrictEqual(groupedConfig(paperDefaults, AMPLE), {
    ...paperDefaults,
    groupSize: 4,
    groups: 1,
    batch: 8,
    learningRate: 4e-5,
    temperatureLearningRate: 2e-4,
  });
});

Deno.test("groupedConfig() keeps rates that were chosen", () => {
  const config = { ...paperDefaults, learningRate: 1e-5 };
  const got = groupedConfig(config, AMPLE, ["learningRate"]);
  deepStrictEqual(
    [got.groupSize, got.learningRate, got.temperatureLearningRate],
    [4, 1e-5, 2e-4],
  );
});

Deno.test("groupedConfig() leaves what it does not suit as it is", () => {
  const { keypointIds: _, ...nameless } = AMPLE[0]!;
  const cases = [
    ["few pairs", [...AMPLE, ...pairsOf("cow", 9, 63)]],
    ["few images", [...AMPLE, ...pairsOf("cow", 7, 42)]],
    ["no pairs", []],
    ["keypoints without names", [...AMPLE, nameless]],
  ] as const;
  for (const [what, pairs] of cases) {
    strictEqual(groupedConfig(paperDefaults, pairs), paperDefaults, what);
  }
  const last = { ...paperDefaults, scope: "last" } as const;
  strictEqual(groupedConfig(last, AMPLE), last);
  // Groups of its own.
  strictEqual(groupedConfig(drawnDefaults, AMPLE), drawnDefaults);
  for (const name of ["batch", "accumulate", "groups", "groupSize"]) {
    strictEqual(groupedConfig(paperDefaults, AMPLE, [name]), paperDefaults);
  }
});
