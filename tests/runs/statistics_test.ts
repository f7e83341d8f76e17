import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { OptionError } from "../../src/core/errors.ts";
import { bootstrapIntervals } from "../../src/runs/bootstrap_intervals.ts";
import { compareEvaluations } from "../../src/runs/compare_evaluations.ts";
import type { PairOutcome } from "../../src/runs/evaluation_outcome.ts";
import { mcNemar } from "../../src/runs/mc_nemar.ts";
import {
  type AverageName,
  pairStatistics,
} from "../../src/runs/pair_statistics.ts";

const OPTIONS = { seed: 0, resamples: 2000, level: 0.95 };

function mean(values: readonly number[]) {
  return (places: Int32Array) => [
    places.reduce((sum, i) => sum + values[i]!, 0) / places.length,
  ];
}

Deno.test("bootstrapIntervals() is as wide as the normal law says", () => {
  // 120 of 400 right: 0.3 ± 1.96 √(0.3 · 0.7 / 400) = 0.3 ± 0.0449.
  const values = Array.from({ length: 400 }, (_, i) => i < 120 ? 1 : 0);
  const [interval] = bootstrapIntervals(400, mean(values), OPTIONS);
  ok(Math.abs(interval!.low - (0.3 - 0.0449)) < 0.006, `${interval!.low}`);
  ok(Math.abs(interval!.high - (0.3 + 0.0449)) < 0.006, `${interval!.high}`);
  strictEqual(interval!.below, 0);
});

Deno.test("bootstrapIntervals() draws every member, with repetition", () => {
  const seen = new Set<number>();
  let repeats = false;
  bootstrapIntervals(5, (places) => {
    places.forEach((i) => seen.add(i));
    repeats ||= new Set(places).size < 5;
    return [0];
  }, OPTIONS);
  deepStrictEqual([...seen].toSorted(), [0, 1, 2, 3, 4]);
  ok(repeats);
});

Deno.test("bootstrapIntervals() takes quantiles in proportion, zeros half below", () => {
  // Statistics 0, 1, …, 10 in some order: 10 % and 90 % of the way.
  const order = [3, 0, 7, 10, 5, 1, 9, 2, 6, 8, 4];
  let r = 0;
  const [interval] = bootstrapIntervals(1, () => [order[r++]! - 2], {
    seed: 0,
    resamples: 11,
    level: 0.8,
  });
  ok(Math.abs(interval!.low - (1 - 2)) < 1e-12);
  ok(Math.abs(interval!.high - (9 - 2)) < 1e-12);
  // -2 and -1 are below 0, and half of one at 0.
  strictEqual(interval!.below, 2.5 / 11);
});

Deno.test("bootstrapIntervals() is NaN where one drawn set has no statistic", () => {
  let r = 0;
  const [unknown, known] = bootstrapIntervals(1, () => {
    const value = r++;
    return [value === 3 ? NaN : value, value];
  }, { seed: 0, resamples: 101, level: 0.5 });
  deepStrictEqual(unknown, { low: NaN, high: NaN, below: NaN });
  // Of 0, 1, ..., 100 with half a zero below: the statistics beside it stay.
  deepStrictEqual(known, { low: 25, high: 75, below: 0.5 / 101 });
});

Deno.test("bootstrapIntervals() refuses what draws nothing", () => {
  const refused = (count: number, change: object) =>
    throws(
      () => bootstrapIntervals(count, () => [0], { ...OPTIONS, ...change }),
      OptionError,
    );
  refused(0, {});
  refused(3, { resamples: 0 });
  refused(3, { level: 1 });
});

Deno.test("mcNemar() is the exact binomial test", () => {
  const times = (count: number, value: boolean) =>
    Array.from({ length: count }, () => value);
  const first = [...times(9, true), ...times(2, false), ...times(30, true)];
  const second = [...times(9, false), ...times(2, true), ...times(30, true)];
  // 2 (1 + 11 + 55) / 2^11 = 134 / 2048.
  const { onlyFirst, onlySecond, p } = mcNemar(first, second);
  deepStrictEqual([onlyFirst, onlySecond], [9, 2]);
  ok(Math.abs(p - 134 / 2048) < 1e-12);
  deepStrictEqual(mcNemar(second, first).p, p);
  strictEqual(mcNemar(first, first).p, 1);
  strictEqual(mcNemar([], []).p, 1);
  throws(() => mcNemar([true], []), OptionError);
});

Deno.test("mcNemar() stays finite for very many cases", () => {
  const count = 40_000;
  const first = Array.from({ length: count }, (_, i) => i % 2 === 0);
  const even = mcNemar(first, first.map((flag) => !flag));
  strictEqual(even.p, 1);
  const uneven = mcNemar(
    Array.from({ length: count }, () => true),
    Array.from({ length: count }, (_, i) => i < 20_000),
  );
  strictEqual(uneven.onlyFirst, 20_000);
  ok(uneven.p >= 0 && uneven.p < 1e-300);
});

function outcome(
  id: string,
  category: string,
  flags: readonly boolean[],
): PairOutcome {
  const keypoints = flags.map((_, k) => [k, k] as const);
  return {
    pair: {
      id,
      category,
      source: { path: "a", keypoints },
      target: { path: "b", keypoints },
    },
    predicted: keypoints,
    pck: {
      value: { "0.1": flags.filter(Boolean).length / flags.length },
      correct: { "0.1": flags },
      theta: 1,
      threshold: "img",
      space: "original",
    },
    beta: 1,
  };
}

Deno.test("pairStatistics() averages the drawn pairs alone, repeated ones again", () => {
  const statistics = pairStatistics([
    outcome("0", "cat", [true]),
    outcome("1", "dog", [true, false, false, false]),
    outcome("2", "dog", [true, true]),
  ], ["0.1"]);
  const at = (average: AverageName, places: number[]) =>
    statistics(Int32Array.from(places))[0]![average];
  // Twice 1/4 and once 1; 1 + 1 + 2 of 4 + 4 + 2.
  strictEqual(at("perImage", [1, 1, 2]), 0.5);
  strictEqual(at("perPoint", [1, 1, 2]), 0.4);
  // Cats 1; dogs 1/4: no drawn pair is the third.
  strictEqual(at("perCategory", [0, 1]), 0.625);
  strictEqual(at("perCategoryPoint", [0, 1, 2]), (1 + 3 / 6) / 2);
});

Deno.test("compareEvaluations() measures the second against the first, pair by pair", () => {
  const make = (isRight: (i: number) => boolean) =>
    Array.from(
      { length: 60 },
      (_, i) => outcome(`${i}`, "cat", [isRight(i), true]),
    );
  // The second repairs every third pair and breaks none: 20 of 60 by 1/2.
  const first = make((i) => i % 3 !== 0);
  const second = make(() => true);
  const options = { ...OPTIONS, average: "perImage" } as const;
  const { "0.1": better } = compareEvaluations(first, second, options);
  ok(Math.abs(better!.difference - 20 / 120) < 1e-12);
  const [low, high] = better!.interval;
  // Paired: ½ · √(1/3 · 2/3 / 60) · 1.96 = 0.0596 on each side.
  ok(Math.abs(high - low - 2 * 0.0596) < 0.012, `${low} to ${high}`);
  strictEqual(better!.p, 0);
  deepStrictEqual(
    [better!.mcNemar.onlyFirst, better!.mcNemar.onlySecond],
    [0, 20],
  );
  const { "0.1": same } = compareEvaluations(first, first, options);
  deepStrictEqual([same!.difference, ...same!.interval, same!.p], [0, 0, 0, 1]);
});

Deno.test("compareEvaluations() refuses other pairs", () => {
  const options = { ...OPTIONS, average: "perPoint" } as const;
  const one = [outcome("0", "cat", [true])];
  throws(() => compareEvaluations(one, [], options), OptionError);
  throws(() => compareEvaluations([], [], options), OptionError);
  throws(
    () => compareEvaluations(one, [outcome("1", "cat", [true])], options),
    /pair 0 at place 0: got 1/,
  );
});
