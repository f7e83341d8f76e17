import { deepStrictEqual, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  type CoordinateRule,
  toCells,
  toPixels,
} from "../../src/core/coordinates.ts";
import { OptionError } from "../../src/core/errors.ts";

const RULES: readonly CoordinateRule[] = ["simple", "center", "alignCorners"];

Deno.test("toCells() takes x with widths and y with heights", () => {
  const options = { imageSize: [32, 64], grid: [2, 8] } as const;
  const cells = (rule: CoordinateRule) =>
    toCells([[21, 15.5]], { ...options, rule });
  // 21 · 8 / 64 and 15.5 · 2 / 32.
  deepStrictEqual(cells("simple"), [[2.625, 0.96875]]);
  // 21.5 / 8 - 0.5 and 16 / 16 - 0.5.
  deepStrictEqual(cells("center"), [[2.1875, 0.5]]);
  // 21 · 7 / 63 and 15.5 · 1 / 31.
  deepStrictEqual(cells("alignCorners"), [[21 * 7 / 63, 0.5]]);
});

Deno.test("toCells() puts border pixels where each rule says", () => {
  const options = { imageSize: [64, 64], grid: [4, 4] } as const;
  const ends = (rule: CoordinateRule) =>
    toCells([[0, 63]], { ...options, rule })[0];
  deepStrictEqual(ends("simple"), [0, 63 / 16]); // beyond the last cell
  deepStrictEqual(ends("center"), [0.5 / 16 - 0.5, 63.5 / 16 - 0.5]);
  deepStrictEqual(ends("alignCorners"), [0, 3]);
});

Deno.test("toPixels() is the inverse of toCells() under every rule", () => {
  const size = fc.integer({ min: 2, max: 2000 });
  const number = fc.double({ min: -100, max: 3000, noNaN: true });
  for (const rule of RULES) {
    fc.assert(fc.property(
      fc.tuple(size, size),
      fc.tuple(size, size),
      fc.array(fc.tuple(number, number), { maxLength: 3 }),
      (imageSize, grid, points) => {
        const options = { rule, imageSize, grid };
        const back = toPixels(toCells(points, options), options);
        points.flat().forEach((p, i) => {
          ok(Math.abs(back.flat()[i]! - p) <= 1e-9, `${rule}: ${p}`);
        });
      },
    ));
  }
});

Deno.test("toCells() of a single cell is fine but for alignCorners", () => {
  const options = { imageSize: [16, 16], grid: [1, 1] } as const;
  deepStrictEqual(toCells([[8, 4]], { ...options, rule: "simple" }), [
    [0.5, 0.25],
  ]);
  for (const convert of [toCells, toPixels]) {
    throws(
      () => convert([[8, 4]], { ...options, rule: "alignCorners" }),
      { name: "OptionError", message: /"grid" must be two whole numbers >= 2/ },
    );
  }
});

Deno.test("toCells() and toPixels() refuse unknown rules and sizes", () => {
  const fine = { rule: "simple", imageSize: [16, 16], grid: [1, 1] } as const;
  const wrong: readonly object[] = [
    { rule: "corner" },
    { rule: "constructor" },
    { imageSize: [0, 16] },
    { imageSize: [16.5, 16] },
    { grid: [NaN, 1] },
    { grid: [1, -1] },
  ];
  for (const convert of [toCells, toPixels]) {
    for (const change of wrong) {
      throws(() => convert([], { ...fine, ...change }), OptionError);
    }
  }
});

Deno.test("toCells() keeps a non-finite point to itself", () => {
  const options = {
    rule: "center",
    imageSize: [16, 16],
    grid: [1, 1],
  } as const;
  deepStrictEqual(toCells([[NaN, 7.5], [7.5, 7.5]], options), [
    [NaN, 0],
    [0, 0],
  ]);
  deepStrictEqual(toCells([], options), []);
});
