import { deepStrictEqual } from "node:assert/strict";
import { ratiosOf, worsened } from "../../bench/worsened.ts";

/** A file with one ratio. */
function file(ratio: number | null, cpu = "a"): unknown {
  return { cpu, rows: [{ case: "step", ratio }] };
}

Deno.test("worsened() lets a ratio grow by 15 % and no more", () => {
  deepStrictEqual(worsened(file(1.15), file(1)), []);
  deepStrictEqual(worsened(file(0.5), file(1)), []);
  deepStrictEqual(worsened(file(1.16), file(1)), ["step: 1.16, was 1.00"]);
});

Deno.test("worsened() names another CPU", () => {
  const lines = worsened(file(2), file(1, "b"));
  deepStrictEqual(lines, ["step: 2.00, was 1.00 on b"]);
});

Deno.test("worsened() takes a ratio that is no number as worse", () => {
  deepStrictEqual(worsened(file(null), file(1)), ["step: NaN, was 1.00"]);
});

Deno.test("worsened() leaves out what only one file measured", () => {
  const now = { rows: [{ case: "new", ratio: 9 }] };
  deepStrictEqual(worsened(now, file(1)), []);
  deepStrictEqual(worsened(file(9), { rows: [] }), []);
  deepStrictEqual(worsened(file(9), undefined), []);
});

Deno.test("ratiosOf() reads sections, and no row without a ratio", () => {
  const sections = {
    pairs: { cpu: "a", rows: [{ case: "step 4", ratio: 0.9 }] },
    small: { cpu: "a", rows: [{ case: "anchor" }, { case: "b", ratio: 2 }] },
  };
  deepStrictEqual(ratiosOf(sections), [
    { case: "pairs step 4", ratio: 0.9, cpu: "a" },
    { case: "small b", ratio: 2, cpu: "a" },
  ]);
});
