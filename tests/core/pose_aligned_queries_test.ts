import { deepStrictEqual, throws } from "node:assert/strict";
import { ShapeError } from "../../src/core/errors.ts";
import { poseAlignedQueries } from "../../src/core/pose_aligned_queries.ts";

const permutation = [1, 0, 3, 2, 4];
// Left and right ear, left eye (its right one hidden), hidden, nose.
const queries = [[10, 1], [30, 2], [12, 5], undefined, [20, 9]] as const;

Deno.test("poseAlignedQueries() asks visible sides in the mirrored image", () => {
  // Width 50: the mirrored left ear is the right one at 49 - 30.
  const options = { width: 50, permutation, mirrored: true };
  deepStrictEqual(poseAlignedQueries(queries, options), [
    { point: [19, 2], mirrored: true },
    { point: [39, 1], mirrored: true },
    { point: [12, 5], mirrored: false },
    undefined,
    { point: [29, 9], mirrored: true },
  ]);
});

Deno.test("poseAlignedQueries() leaves everything where A was chosen", () => {
  const options = { width: 50, permutation, mirrored: false };
  deepStrictEqual(
    poseAlignedQueries(queries, options),
    queries.map((point) => point && { point, mirrored: false }),
  );
});

Deno.test("poseAlignedQueries() refuses another number of keypoints", () => {
  const options = { width: 50, permutation: [0], mirrored: false };
  throws(() => poseAlignedQueries(queries, options), ShapeError);
});
