import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { PairOutcome } from "../../src/runs/evaluation_outcome.ts";
import { formatEvaluation } from "../../src/runs/format_evaluation.ts";
import { averages } from "../../src/runs/averages.ts";
import { evaluationTable } from "../../src/runs/evaluation_table.ts";
import { type EvaluationChoices, summarize } from "../../src/runs/summarize.ts";

/** A pair whose keypoints are right (1) or wrong (0) at α 0.1; all at 0.5. */
function outcome(
  category: string,
  flags: readonly (0 | 1)[],
  beta = 1,
): PairOutcome {
  const keypoints = flags.map((_, k) => [k, k] as const);
  const correct = flags.map((flag) => flag === 1);
  const share = correct.filter(Boolean).length / correct.length;
  return {
    pair: {
      id: `${category}-${flags.join("")}`,
      category,
      source: { path: "a", keypoints },
      target: { path: "b", keypoints },
    },
    predicted: keypoints,
    pck: {
      value: { "0.1": share, "0.5": 1 },
      correct: { "0.1": correct, "0.5": correct.map(() => true) },
      theta: 100,
      threshold: "img",
      space: "original",
    },
    beta,
  };
}

const PAIRS = [
  outcome("dog", [1, 0, 0, 0], 0.02),
  outcome("cat", [1], 0.04),
  outcome("dog", [1, 1, 0, 0], 0.06),
];

const CHOICES: EvaluationChoices = {
  data: "drawn test",
  backbone: "tiny",
  layers: [3],
  backend: "reference",
  coordinates: "simple",
  threshold: "img",
  space: "original",
  size: 64,
  betaEval: "auto",
  localizer: "kernelSoftArgmax",
  sigmaCells: 7,
  normalize: true,
};

Deno.test("averages() weighs pairs, points, categories and both, in turn", () => {
  const { pck } = averages({ pairs: PAIRS });
  deepStrictEqual(pck, {
    // (1/4 + 1 + 1/2) / 3
    perImage: { "0.1": 1.75 / 3, "0.5": 1 },
    // 1 + 1 + 2 of 4 + 1 + 4
    perPoint: { "0.1": 4 / 9, "0.5": 1 },
    // cat 1; dog (1/4 + 1/2) / 2 = 3/8
    perCategory: { "0.1": 1.375 / 2, "0.5": 1 },
    // cat 1; dog 1 + 2 of 4 + 4
    perCategoryPoint: { "0.1": 1.375 / 2, "0.5": 1 },
  });
});

Deno.test("averages() lists categories in order of name", () => {
  const { categories, pairs, points } = averages({ pairs: PAIRS });
  deepStrictEqual(categories, [
    { category: "cat", pairs: 1, pck: { "0.1": 1, "0.5": 1 } },
    { category: "dog", pairs: 2, pck: { "0.1": 0.375, "0.5": 1 } },
  ]);
  deepStrictEqual([pairs, points], [3, 9]);
});

Deno.test("averages() gives mean and deviation of the temperature", () => {
  const { beta } = averages({ pairs: PAIRS });
  ok(Math.abs(beta.mean - 0.04) < 1e-15);
  // Deviations -0.02, 0, 0.02: √(8e-4 / 3).
  ok(Math.abs(beta.std - Math.sqrt(8e-4 / 3)) < 1e-15);
  strictEqual(averages({ pairs: PAIRS.slice(0, 1) }).beta.std, 0);
});

Deno.test("averages() of no pair are empty, and NaN", () => {
  const { pck, categories, pairs, points, beta } = averages({ pairs: [] });
  deepStrictEqual(pck, {
    perImage: {},
    perPoint: {},
    perCategory: {},
    perCategoryPoint: {},
  });
  deepStrictEqual([categories, pairs, points], [[], 0, 0]);
  ok(Number.isNaN(beta.mean) && Number.isNaN(beta.std));
});

Deno.test("summarize() keeps every choice and prediction, as JSON too", () => {
  const decoders = ["fast-png"];
  const result = summarize({ pairs: PAIRS, images: 2, decoders }, CHOICES);
  deepStrictEqual(result.choices, { ...CHOICES, decoders });
  strictEqual(result.images, 2);
  deepStrictEqual(result.predictions[1], {
    id: "cat-1",
    category: "cat",
    pck: { "0.1": 1, "0.5": 1 },
    predicted: [[0, 0]],
  });
  deepStrictEqual(JSON.parse(JSON.stringify(result)), result);
});

Deno.test("evaluationTable() prints categories and the four means", () => {
  const result = summarize(
    { pairs: PAIRS, images: 2, decoders: [] },
    CHOICES,
  );
  const { overall } = evaluationTable(result);
  deepStrictEqual(
    (overall ?? []).map(({ category, pairs }) => [category, pairs]),
    [
      ["per image", 3],
      ["per point", 3],
      ["per category", 3],
      ["per category's point", 3],
    ],
  );
  const text = formatEvaluation(evaluationTable(result));
  for (const word of ["cat", "dog", "58.3", "44.4", "68.8"]) {
    ok(text.includes(word), `${word} in\n${text}`);
  }
});

Deno.test("averages() lists the grades of graded pairs", () => {
  const graded = PAIRS.map((each, i) => ({
    ...each,
    pair: {
      ...each.pair,
      difficulty: {
        viewpointVariation: [2, 0, 2][i]!,
        scaleVariation: 1,
        truncation: i,
        occlusion: 0,
      },
    },
  }));
  const { difficulties } = averages({ pairs: [...graded, PAIRS[0]!] });
  // The dogs 1/4 and 1/2, the cat 1; the pair without grades is in no row.
  deepStrictEqual(difficulties?.viewpointVariation, [
    { category: "0", pairs: 1, pck: { "0.1": 1, "0.5": 1 } },
    { category: "2", pairs: 2, pck: { "0.1": 0.375, "0.5": 1 } },
  ]);
  deepStrictEqual(difficulties?.truncation.map((row) => row.pck["0.1"]), [
    0.25,
    1,
    0.5,
  ]);
  const result = summarize(
    { pairs: graded, images: 2, decoders: [] },
    CHOICES,
  );
  const text = formatEvaluation(evaluationTable(result));
  for (
    const line of ["viewpoint 2", "scale 1", "truncation 0", "occlusion 0"]
  ) {
    ok(text.includes(`\n${line} `), `${line} in\n${text}`);
  }
  strictEqual("difficulties" in averages({ pairs: PAIRS }), false);
});

Deno.test("summarize() draws intervals where it is told how", () => {
  const bootstrap = { seed: 3, resamples: 200, level: 0.9 };
  const all = { pairs: PAIRS, images: 2, decoders: [] };
  const { intervals, choices, pck } = summarize(all, CHOICES, { bootstrap });
  deepStrictEqual(choices.bootstrap, bootstrap);
  for (const average of ["perImage", "perPoint", "perCategory"] as const) {
    const [low, high] = intervals![average]["0.1"]!;
    ok(low < pck[average]["0.1"]! && pck[average]["0.1"]! < high, average);
    // No pair is wrong at 0.5, so no drawn set is.
    deepStrictEqual(intervals![average]["0.5"], [1, 1]);
  }
  const again = summarize(all, CHOICES, { bootstrap });
  deepStrictEqual(again.intervals, intervals);
  strictEqual("intervals" in summarize(all, CHOICES), false);
});
