import { deepStrictEqual, throws } from "node:assert/strict";
import { averagePck, type CategoryPck } from "../../src/core/average_pck.ts";
import { OptionError } from "../../src/core/errors.ts";

function pair(category: string, flags: readonly number[]): CategoryPck {
  const correct = flags.map((flag) => flag === 1);
  const value = correct.filter(Boolean).length / correct.length;
  return { category, value: { "0.1": value }, correct: { "0.1": correct } };
}

Deno.test("averagePck() averages over pairs, keypoints and categories", () => {
  const averages = averagePck([
    pair("cat", [1, 1]),
    pair("cat", [1, 0, 0, 0]),
    pair("car", [0, 0]),
  ]);
  deepStrictEqual(averages, {
    perImage: { "0.1": (1 + 1 / 4 + 0) / 3 },
    perPoint: { "0.1": 3 / 8 },
    perCategory: { "0.1": ((1 + 1 / 4) / 2 + 0) / 2 },
    perCategoryPoint: { "0.1": (3 / 6 + 0 / 2) / 2 },
  });
});

Deno.test("averagePck() keeps every alpha", () => {
  const both: CategoryPck = {
    category: "cat",
    value: { "0.05": 0, "0.1": 1 },
    correct: { "0.05": [false], "0.1": [true] },
  };
  deepStrictEqual(averagePck([both]).perCategoryPoint, { "0.05": 0, "0.1": 1 });
});

Deno.test("averagePck() refuses no pairs and other alphas", () => {
  throws(() => averagePck([]), {
    name: OptionError.name,
    message: 'averagePck(): "pairs" must be at least one: got none',
  });
  const other = { category: "cat", value: { "0.2": 1 }, correct: {} };
  throws(() => averagePck([pair("cat", [1]), other]), {
    message:
      'averagePck(): "pairs" must be results with the same alphas (0.1): got 0.2',
  });
});
