import { deepStrictEqual, equal } from "node:assert/strict";
import { scalingChart } from "../../bench/scaling_chart.ts";

const side = (median: number) => ({
  median,
  q1: median - 1,
  q3: median + 3,
  min: 0,
});
const row = (curve: string, at: number) => ({
  case: `${curve} ${at}`,
  curve,
  at,
  layout: "contiguous" as const,
  layouts: { contiguous: 1, channels_last: 1 },
  ours: side(at),
  theirs: side(2 * at),
  ratio: 0.5,
  times: { ours: [], theirs: [] },
});

Deno.test("scalingChart() draws a panel a curve, both sides with half the quartiles' distance", () => {
  const rows = [row("step", 1), row("step", 2), row("locate", 8)];
  const { panels } = scalingChart("pairs", { rows });
  deepStrictEqual(panels.map(({ title }) => title), ["step", "locate"]);
  equal(panels[0]?.x.title, "pairs at once");
  const [ours, theirs] = panels[0]?.series ?? [];
  deepStrictEqual(ours?.points, [
    { x: 1, y: 1, spread: 2 },
    { x: 2, y: 2, spread: 2 },
  ]);
  deepStrictEqual(theirs?.points.map(({ y }) => y), [2, 4]);
});
