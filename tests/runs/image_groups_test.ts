import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { OptionError } from "../../src/core/errors.ts";
import type { ImagePair, Point } from "../../src/data/image_pair.ts";
import { groupedBatch, imageGroups } from "../../src/runs/image_groups.ts";

/** A pair of images of one category with these named keypoints. */
function named(
  category: string,
  [a, b]: readonly [string, string],
  keypointIds: readonly string[],
): ImagePair {
  const at = (path: string) => ({
    path,
    // Where a keypoint lies depends on its image and name alone.
    keypoints: keypointIds.map((name): Point => [
      path.charCodeAt(0),
      name.charCodeAt(0),
    ]),
  });
  return { id: a + b, category, source: at(a), target: at(b), keypointIds };
}

const PAIRS = [
  named("cat", ["a", "b"], ["e", "n"]),
  named("cat", ["b", "c"], ["n", "t"]),
  named("dog", ["x", "y"], ["p"]),
  named("cow", ["z", "w"], ["q"]),
];

Deno.test("imageGroups() joins the keypoints that pairs name on an image", () => {
  const groups = imageGroups(PAIRS);
  deepStrictEqual([...groups.keys()], ["cat", "dog", "cow"]);
  const names = groups.get("cat")!.map(({ image, points }) => [
    image.path,
    [...points.keys()],
  ]);
  deepStrictEqual(names, [["a", ["e", "n"]], ["b", ["e", "n", "t"]], ["c", [
    "n",
    "t",
  ]]]);
  deepStrictEqual(groups.get("cat")![1]!.points.get("t"), [98, 116]);
});

Deno.test("imageGroups() refuses pairs whose keypoints have no names", () => {
  const { keypointIds: _, ...nameless } = PAIRS[0]!;
  throws(() => imageGroups([nameless]), OptionError);
});

Deno.test("groupedBatch() matches each image with each other one", () => {
  const groups = imageGroups(PAIRS.slice(0, 2));
  const options = { groupSize: 3, groups: 1, seed: 0, step: 0 };
  const { images, pairs, pairCapacity } = groupedBatch(groups, options);
  deepStrictEqual(images.map(({ path }) => path).sort(), ["a", "b", "c"]);
  strictEqual(pairCapacity, 6);
  strictEqual(pairs.length, 6);
  for (const { pair, a, b } of pairs) {
    ok(a !== b);
    strictEqual(pair.source.path, images[a]!.path);
    strictEqual(pair.target.path, images[b]!.path);
    // Only what both show, at the place of each.
    const known: Readonly<Record<string, readonly string[]>> = {
      ab: ["e", "n"],
      ac: ["n"],
      bc: ["n", "t"],
    };
    const key = [pair.source.path, pair.target.path].sort().join("");
    deepStrictEqual(pair.keypointIds, known[key]);
    const places = pair.keypointIds!.map((name) => name.charCodeAt(0));
    for (const { path, keypoints } of [pair.source, pair.target]) {
      deepStrictEqual(keypoints, places.map((y) => [path.charCodeAt(0), y]));
    }
  }
});

Deno.test("groupedBatch() leaves out pairs that share no keypoint", () => {
  const groups = imageGroups([
    named("cat", ["a", "b"], ["e"]),
    named("cat", ["c", "b"], ["t"]),
  ]);
  const options = { groupSize: 3, groups: 1, seed: 0, step: 0 };
  const { pairs, pairCapacity } = groupedBatch(groups, options);
  const ids = pairs.map(({ pair }) => pair.source.path + pair.target.path);
  deepStrictEqual(ids.sort(), ["ab", "ba", "bc", "cb"]);
  strictEqual(pairCapacity, 6);
});

Deno.test("groupedBatch() visits every category before any comes again", () => {
  const groups = imageGroups(PAIRS);
  for (let round = 0; round < 4; round++) {
    const seen = [0, 1, 2].map((i) => {
      const step = 3 * round + i;
      const options = { groupSize: 2, groups: 1, seed: 5, step };
      return groupedBatch(groups, options).pairs[0]!.pair.category;
    });
    deepStrictEqual(seen.sort(), ["cat", "cow", "dog"]);
  }
});

Deno.test("groupedBatch() is named by seed and step alone", () => {
  const groups = imageGroups(PAIRS);
  const at = (seed: number, step: number) =>
    groupedBatch(groups, { groupSize: 2, groups: 2, seed, step })
      .images.map(({ path }) => path).join("");
  const steps = Array.from({ length: 30 }, (_, step) => at(1, step));
  deepStrictEqual(steps, steps.map((_, step) => at(1, step)));
  ok(new Set(steps).size > 5);
  ok(steps.some((images, step) => images !== at(2, step)));
});

Deno.test("groupedBatch() places the images of each group behind the last", () => {
  const groups = imageGroups(PAIRS);
  const options = { groupSize: 2, groups: 3, seed: 0, step: 0 };
  const { images, pairs, pairCapacity } = groupedBatch(groups, options);
  strictEqual(images.length, 6);
  strictEqual(pairCapacity, 6);
  deepStrictEqual(pairs.map(({ a, b }) => [a, b]), [
    [0, 1],
    [1, 0],
    [2, 3],
    [3, 2],
    [4, 5],
    [5, 4],
  ]);
});

Deno.test("groupedBatch() passes over categories with too few images", () => {
  const groups = imageGroups(PAIRS);
  for (let step = 0; step < 4; step++) {
    const options = { groupSize: 3, groups: 1, seed: 0, step };
    const { pairs } = groupedBatch(groups, options);
    ok(pairs.every(({ pair }) => pair.category === "cat"));
  }
  throws(
    () => groupedBatch(groups, { groupSize: 4, groups: 1, seed: 0, step: 0 }),
    { name: "OptionError", message: /"groupSize" must be <= 3: got 4$/ },
  );
});
