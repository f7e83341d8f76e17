import { equal, match } from "node:assert/strict";
import { checkKeypoints } from "../../src/data/check_pair.ts";
import type { AnnotatedImage, Point } from "../../src/data/image_pair.ts";
import { left, right } from "./_helpers.ts";

function pair(source: readonly Point[], target: readonly Point[]) {
  const image = (
    path: string,
    keypoints: readonly Point[],
  ): AnnotatedImage => ({
    path,
    keypoints,
  });
  return {
    id: "7",
    category: "cat",
    source: image("a.png", source),
    target: image("b.png", target),
  };
}

// 8 columns, 4 rows.
const sizes = { source: [4, 8], target: [4, 8] } as const;

Deno.test("checkKeypoints() gives a pair back whose points are inside or on an edge", () => {
  const good = pair([[-0.5, -0.5], [8.5, 4.5]], [[1, 1], [7.5, 3.5]]);
  equal(right(checkKeypoints(good, sizes)), good);
});

Deno.test("checkKeypoints() refuses a point outside either picture", () => {
  for (const bad of [[8.6, 1], [1, 4.6], [-0.6, 1], [1, NaN]] as const) {
    const source = left(checkKeypoints(pair([bad], [[1, 1]]), sizes));
    match(
      source.message,
      /^a\.png: "keypoints\[0\] of pair 7" must be inside 8 x 4/,
    );
    const target = left(checkKeypoints(pair([[1, 1]], [bad]), sizes));
    match(target.message, /^b\.png/);
  }
});

Deno.test("checkKeypoints() refuses no keypoint and unequal numbers", () => {
  match(
    left(checkKeypoints(pair([], []), sizes)).message,
    /at least one: got none/,
  );
  const unequal = pair([[1, 1], [2, 2]], [[1, 1]]);
  match(
    left(checkKeypoints(unequal, sizes)).message,
    /2 as in the source: got 1/,
  );
});

Deno.test("checkKeypoints() refuses a picture of another size than annotated", () => {
  const good = pair([[1, 1]], [[1, 1]]);
  const swapped = {
    ...good,
    source: { ...good.source, size: [8, 4] as const },
  };
  match(
    left(checkKeypoints(swapped, sizes)).message,
    /"size" must be 4 x 8 pixels as pair 7 says: got 8 x 4/,
  );
});
