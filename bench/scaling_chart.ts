import type { ChartFigure, Series } from "@simsc/core/runs";
import type { ScalingRow, ScalingSection } from "./scaling.ts";
import type { Summary } from "./statistics.ts";

/** What each axis of `scaling.json` counts. */
export const SCALING_TITLES: Readonly<Record<string, string>> = {
  pairs: "pairs at once",
  resolution: "width and height in pixels",
  points: "points a pair",
  threads: "threads",
};

/** Time along an axis, a panel a curve, both sides with their quartiles. */
export function scalingChart(
  axis: string,
  { rows }: Pick<ScalingSection, "rows">,
): ChartFigure {
  const curves = [...new Set(rows.map(({ curve }) => curve))];
  return {
    kind: "chart",
    panels: curves.map((curve) => {
      const points = rows.filter((row) => row.curve === curve);
      return {
        title: curve,
        x: { title: SCALING_TITLES[axis] ?? axis, scale: "log" },
        y: { title: "milliseconds", scale: "log" },
        series: [
          series("this library", points, ({ ours }) => ours),
          series("PyTorch", points, ({ theirs }) => theirs),
        ],
      };
    }),
  };
}

function series(
  name: string,
  rows: readonly ScalingRow[],
  side: (row: ScalingRow) => Summary,
): Series {
  return {
    name,
    mark: "marked",
    points: rows.map((row) => {
      const { median, q1, q3 } = side(row);
      return { x: row.at, y: median, spread: (q3 - q1) / 2 };
    }),
  };
}
