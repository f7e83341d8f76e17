import { deepStrictEqual, equal } from "node:assert/strict";
import { summarize } from "../../bench/statistics.ts";

Deno.test("summarize() gives the middle and quartiles of unsorted numbers", () => {
  // Sorted 1 2 3 4 5: quartiles at places 1, 2 and 3.
  const found = summarize([5, 1, 4, 2, 3]);
  deepStrictEqual(found, { median: 3, q1: 2, q3: 4, min: 1 });
});

Deno.test("summarize() interpolates between the numbers of an even count", () => {
  // Places 0.75, 1.5 and 2.25 of 10 20 30 40.
  const found = summarize([40, 10, 20, 30]);
  deepStrictEqual(found, { median: 25, q1: 17.5, q3: 32.5, min: 10 });
});

Deno.test("summarize() gives one number as its own spread, and NaN of none", () => {
  deepStrictEqual(summarize([7]), { median: 7, q1: 7, q3: 7, min: 7 });
  equal(Number.isNaN(summarize([]).median), true);
});
