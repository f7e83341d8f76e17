import { deepStrictEqual } from "node:assert/strict";
import { cornersOf } from "../../src/runs/_corners.ts";

Deno.test("cornersOf() gives the four cells around a point and their shares", () => {
  // (1.25, 2.5): 3/4 of column 1 and 1/4 of column 2, half of rows 2 and 3.
  deepStrictEqual(cornersOf([1.25, 2.5], [5, 4]), {
    cells: [[1, 2], [2, 2], [1, 3], [2, 3]],
    shares: [0.375, 0.125, 0.375, 0.125],
  });
});

Deno.test("cornersOf() never leaves the grid", () => {
  deepStrictEqual(cornersOf([3, 4], [5, 4]), {
    cells: [[3, 4], [3, 4], [3, 4], [3, 4]],
    shares: [1, 0, 0, 0],
  });
  deepStrictEqual(cornersOf([-1, 9], [5, 4]).cells[0], [0, 4]);
  deepStrictEqual(cornersOf([0.5, 0], [1, 1]), {
    cells: [[0, 0], [0, 0], [0, 0], [0, 0]],
    shares: [1, 0, 0, 0],
  });
});
