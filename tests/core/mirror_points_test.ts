import { deepStrictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { OptionError, ShapeError } from "../../src/core/errors.ts";
import { mirrorPoints } from "../../src/core/mirror_points.ts";
import type { Point } from "../../src/core/point.ts";

Deno.test("mirrorPoints() turns the first column into the last", () => {
  deepStrictEqual(mirrorPoints([[0, 3], [4, 3], [1.25, 0]], { width: 5 }), [
    [4, 3],
    [0, 3],
    [2.75, 0],
  ]);
});

Deno.test("mirrorPoints() exchanges sides, hidden ones too", () => {
  // Left, right (hidden), middle: the mirrored right is the image's left.
  const points = [[1, 7], undefined, [2, 8]] as const;
  const options = { width: 10, permutation: [1, 0, 2] };
  deepStrictEqual(mirrorPoints(points, options), [undefined, [8, 7], [7, 8]]);
});

Deno.test("mirrorPoints() twice gives the points back", () => {
  const cell = fc.integer({ min: 0, max: 99 });
  const pair = fc.array(fc.tuple(cell, cell), { minLength: 2, maxLength: 2 });
  fc.assert(fc.property(pair, (points) => {
    const options = { width: 100, permutation: [1, 0] };
    const once = mirrorPoints(points as readonly Point[], options);
    deepStrictEqual(mirrorPoints(once, options), points);
  }));
});

Deno.test("mirrorPoints() refuses widths and permutations", () => {
  throws(() => mirrorPoints([], { width: 0 }), OptionError);
  for (const permutation of [[0], [1, 2], [0, 0], [0.5, 1]]) {
    throws(
      () => mirrorPoints([[0, 0], [1, 1]], { width: 4, permutation }),
      ShapeError,
    );
  }
  const points: readonly Point[] = [[0, 0], [1, 1], [2, 2]];
  // A turn of three is a permutation, but no exchange of sides.
  throws(() => mirrorPoints(points, { width: 4, permutation: [1, 2, 0] }), {
    message:
      'mirrorPoints(): "permutation" must be an exchange of 3 keypoints: got [1,2,0]',
  });
});
