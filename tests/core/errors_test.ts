import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { OptionError, ShapeError } from "../../src/core/errors.ts";

Deno.test("ShapeError says where, what was wanted and what arrived", () => {
  const error = new ShapeError("correlate", "featuresA", "[B, C, h, w]", [
    2,
    3,
  ]);
  ok(error instanceof TypeError);
  strictEqual(error.name, "ShapeError");
  deepStrictEqual(error.actual, [2, 3]);
  strictEqual(
    error.message,
    'correlate(): "featuresA" must be [B, C, h, w]: got [2,3]',
  );
});

Deno.test("OptionError says where, what was wanted and what arrived", () => {
  const error = new OptionError("pck", "alphas", "> 0", NaN);
  ok(error instanceof RangeError);
  strictEqual(error.name, "OptionError");
  ok(Number.isNaN(error.actual));
  strictEqual(error.message, 'pck(): "alphas" must be > 0: got NaN');
  strictEqual(
    new OptionError("pck", "box", "given", undefined).message,
    'pck(): "box" must be given: got undefined',
  );
});
