import { deepStrictEqual, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { OptionError, ShapeError } from "../../src/core/errors.ts";
import { pck } from "../../src/core/pck.ts";
import { pckDagger } from "../../src/core/pck_dagger.ts";
import type { Point } from "../../src/core/point.ts";

const options = {
  threshold: "img",
  space: "original",
  alphas: [0.1],
  imageSize: [100, 100],
} as const;

Deno.test("pckDagger() refuses a keypoint that another one is nearer to", () => {
  // Eyes 8 apart, threshold 10. Left: 5 off, but 3 from the right eye; right:
  // 4 off towards the left eye, 4 from it too: a tie; nose: 10 off, alone.
  const truth: readonly Point[] = [[40, 20], [48, 20], [44, 60]];
  const predicted: readonly Point[] = [[45, 20], [44, 20], [44, 70]];
  deepStrictEqual(pck({ predicted, truth }, options).value, { "0.1": 1 });
  const result = pckDagger({ predicted, truth }, options);
  deepStrictEqual(result.correct, { "0.1": [false, true, true] });
  deepStrictEqual(result.value, { "0.1": 2 / 3 });
  deepStrictEqual(result.theta, 100);
});

Deno.test("pckDagger() counts keypoints that the other image lacks", () => {
  const points = { predicted: [[45, 20]], truth: [[40, 20]] } as const;
  deepStrictEqual(pckDagger(points, options).value, { "0.1": 1 });
  const visible = [[48, 20]] as const;
  deepStrictEqual(pckDagger({ ...points, visible }, options).value, {
    "0.1": 0,
  });
});

Deno.test("pckDagger() counts a non-finite prediction as wrong", () => {
  const points = { predicted: [[NaN, 1]], truth: [[1, 1]] } as const;
  deepStrictEqual(pckDagger(points, options).correct, { "0.1": [false] });
});

Deno.test("pckDagger() refuses what pck() refuses", () => {
  throws(() => pckDagger({ predicted: [], truth: [] }, options), {
    name: ShapeError.name,
    message:
      'pckDagger(): "predicted" must be as many points as truth (0), at least 1: got [0]',
  });
  const one = { predicted: [[1, 1]], truth: [[1, 1]] } as const;
  throws(() => pckDagger(one, { ...options, alphas: [0] }), OptionError);
});

Deno.test("pckDagger() is never above pck()", () => {
  const place = fc.double({ min: 0, max: 30, noNaN: true });
  const point = fc.tuple(place, place);
  const pairs = fc.array(fc.tuple(point, point), {
    minLength: 1,
    maxLength: 5,
  });
  fc.assert(fc.property(pairs, (list) => {
    const predicted = list.map(([p]) => p);
    const truth = list.map(([, t]) => t);
    const dagger = pckDagger({ predicted, truth }, options).value["0.1"]!;
    ok(dagger <= pck({ predicted, truth }, options).value["0.1"]!);
  }));
});
