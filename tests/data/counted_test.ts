import { deepStrictEqual, equal } from "node:assert/strict";
import { counted } from "../../src/data/counted.ts";

Deno.test("counted() has one thing in the singular, and any other number not", () => {
  deepStrictEqual(
    [0, 1, 2].map((count) => counted(count, "pair")),
    ["0 pairs", "1 pair", "2 pairs"],
  );
  equal(counted(1200, "step", "1,200"), "1,200 steps");
});
