import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { OptionError, ShapeError } from "../../src/core/errors.ts";
import { pck, type PckOptions, pckTheta } from "../../src/core/pck.ts";
import type { Point } from "../../src/core/point.ts";

const inPixels = { threshold: "img", space: "original" } as const;

Deno.test("pck() counts a point on the threshold as correct", () => {
  // θ = 100: the error of the first is 5 = 0.05 θ, of the second 5.01.
  const result = pck(
    { predicted: [[3, 4], [0, 5.01]], truth: [[0, 0], [0, 0]] },
    { ...inPixels, alphas: [0.05], imageSize: [80, 100] },
  );
  deepStrictEqual(result, {
    value: { "0.05": 0.5 },
    correct: { "0.05": [true, false] },
    theta: 100,
    threshold: "img",
    space: "original",
  });
});

Deno.test("pckTheta() is the longest side of image, keypoints or box", () => {
  const truth: readonly Point[] = [[10, 40], [30, 45], [15, 38]];
  strictEqual(pckTheta(truth, { threshold: "img", imageSize: [60, 50] }), 60);
  strictEqual(pckTheta(truth, { threshold: "kps" }), 20);
  const box = [5, 8, 20, 40] as const;
  strictEqual(pckTheta(truth, { threshold: "bbox", box }), 32);
});

Deno.test("pck() counts a non-finite prediction as wrong", () => {
  const truth: readonly Point[] = [[1, 1], [1, 1], [1, 1]];
  const predicted: readonly Point[] = [[NaN, 1], [Infinity, 1], [1, 1]];
  const options = { ...inPixels, alphas: [0.1], imageSize: [9, 9] } as const;
  deepStrictEqual(pck({ predicted, truth }, options).correct, {
    "0.1": [false, false, true],
  });
});

Deno.test("pck() refuses lists that differ in length or are empty", () => {
  const options = { ...inPixels, alphas: [0.1], imageSize: [9, 9] } as const;
  throws(() => pck({ predicted: [], truth: [] }, options), ShapeError);
  throws(
    () => pck({ predicted: [[1, 1]], truth: [[1, 1], [2, 2]] }, options),
    {
      name: "ShapeError",
      message:
        'pck(): "predicted" must be as many points as truth (2), at least 1: got [1]',
    },
  );
});

Deno.test("pck() refuses what its threshold cannot use", () => {
  const points = { predicted: [[1, 1]], truth: [[1, 1]] } as const;
  const wrong: readonly Partial<PckOptions>[] = [
    { threshold: "img" },
    { threshold: "img", imageSize: [0, 0] },
    { threshold: "img", imageSize: [NaN, 4] },
    { threshold: "bbox" },
    { threshold: "bbox", box: [4, 4, 4, 4] },
    { threshold: "kps" }, // the extent of one point is 0
    { threshold: "box" as "bbox", imageSize: [4, 4] },
    { imageSize: [4, 4], alphas: [0.1, 0] },
    { imageSize: [4, 4], alphas: [NaN] },
  ];
  for (const change of wrong) {
    const options = { ...inPixels, alphas: [0.1], ...change };
    throws(() => pck(points, options), OptionError, JSON.stringify(change));
  }
});

const coordinate = fc.double({ min: 0, max: 100, noNaN: true });
const points = fc.array(
  fc.tuple(coordinate, coordinate, coordinate, coordinate),
  { minLength: 2, maxLength: 6 },
).map((rows) => ({
  predicted: rows.map(([x, y]): Point => [x, y]),
  truth: rows.map(([, , x, y]): Point => [x, y]),
}));
const options = { ...inPixels, imageSize: [100, 100] } as const;

Deno.test("pck() grows with alpha", () => {
  const alpha = fc.double({ min: 1e-3, max: 2, noNaN: true });
  fc.assert(fc.property(points, alpha, alpha, (points, a, b) => {
    const { value } = pck(points, { ...options, alphas: [a, b] });
    const [low, high] = [Math.min(a, b), Math.max(a, b)];
    ok(value[String(low)]! <= value[String(high)]!);
  }));
});

Deno.test("pck() does not change with the unit of everything", () => {
  // Powers of two keep every comparison exact.
  fc.assert(fc.property(points, fc.constantFrom(0.5, 2, 8), (points, unit) => {
    const scale = (list: readonly Point[]) =>
      list.map(([x, y]): Point => [x * unit, y * unit]);
    const alphas = [0.1, 0.5];
    const scaled = pck({
      predicted: scale(points.predicted),
      truth: scale(points.truth),
    }, { ...options, alphas, imageSize: [100 * unit, 100 * unit] });
    deepStrictEqual(scaled.value, pck(points, { ...options, alphas }).value);
  }));
});
