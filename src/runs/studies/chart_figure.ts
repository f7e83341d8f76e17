import type { TopLevelSpec } from "vega-lite";
import {
  horizontalChannel,
  panelWidth,
  verticalChannel,
} from "./_chart_axes.ts";
import type { ChartFigure, Panel, Series } from "./study_figure.ts";

// Series differ in dash and shape too, so that none is known by its colour alone.
const COLORS = [
  "#0067ac",
  "#c04a00",
  "#7a3e9d",
  "#00795c",
  "#9b1c31",
  "#4a5563",
];
const DASHES = [[1, 0], [7, 3], [2, 3], [9, 3, 2, 3], [4, 2], [1, 2]];
const SHAPES = [
  "circle",
  "square",
  "triangle-up",
  "diamond",
  "cross",
  "stroke",
];
const INK = "#1c2430";
const RULE = "#d9dee6";

/** Points, level lines and error bars of a panel, each with its series. */
interface Datum {
  readonly series: string;
  readonly x: number | string;
  readonly y: number;
  readonly low?: number;
  readonly high?: number;
}

/**
 * Charts as one SVG that needs nothing beside it, dark on white.
 *
 * @param figure Its panels; points that are not finite are left out.
 * @returns The SVG.
 *
 * @example
 * ```ts
 * import { match } from "node:assert/strict";
 * import { chartFigure } from "@simsc/core/runs";
 *
 * const svg = await chartFigure({
 *   kind: "chart",
 *   panels: [{
 *     title: "Twice",
 *     x: { title: "x", scale: "linear" },
 *     y: { title: "2x", scale: "linear" },
 *     series: [{
 *       name: "twice",
 *       mark: "line",
 *       points: [{ x: 1, y: 2 }, { x: 2, y: 4 }],
 *     }],
 *   }],
 * });
 * match(svg, /^<svg[^>]*>/);
 * ```
 */
export async function chartFigure({ panels }: ChartFigure): Promise<string> {
  const [vega, vegaLite] = await Promise.all([
    import("vega"),
    import("vega-lite"),
  ]);
  const { spec } = vegaLite.compile(specOf(panels));
  const view = new vega.View(vega.parse(spec), { renderer: "none" });
  try {
    return `${await view.toSVG()}\n`;
  } finally {
    view.finalize();
  }
}

function specOf(panels: readonly Panel[]): TopLevelSpec {
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    background: "white",
    padding: 12,
    columns: 2,
    concat: panels.map(panelSpec),
    resolve: {
      scale: {
        color: "independent",
        strokeDash: "independent",
        shape: "independent",
      },
    },
    config: {
      font: "system-ui, sans-serif",
      view: { stroke: null },
      axis: {
        labelColor: INK,
        titleColor: INK,
        titleFontWeight: "normal",
        labelFontSize: 12,
        titleFontSize: 12,
        domainColor: RULE,
        gridColor: RULE,
        tickColor: RULE,
      },
      legend: { labelColor: INK, labelFontSize: 12, labelLimit: 320 },
      title: { color: INK, fontSize: 14, anchor: "start" },
    },
  } as unknown as TopLevelSpec;
}

/** One chart: a layer a way of drawing, all over the same legend. */
function panelSpec(panel: Panel): object {
  const names = panel.series.map(({ name }) => name);
  const symbols = { title: null, orient: "top", columns: 2, symbolSize: 120 };
  // One series is what the vertical axis says it is.
  const legend = names.length > 1 ? { ...symbols, symbolStrokeWidth: 2 } : null;
  const channel = (range: readonly unknown[]) => ({
    field: "series",
    type: "nominal",
    scale: {
      domain: names,
      range: names.map((_, i) => range[i % range.length]),
    },
    legend,
  });
  const color = channel(COLORS);
  const horizontal = horizontalChannel(panel);
  const vertical = verticalChannel(panel);
  const data = (marks: readonly Series["mark"][]) =>
    panel.series.filter(({ mark }) => marks.includes(mark)).flatMap(datums);
  const lines = {
    data: { values: data(["line"]) },
    mark: { type: "line", strokeWidth: 2 },
    encoding: {
      x: horizontal,
      y: vertical,
      color,
      strokeDash: channel(DASHES),
    },
  };
  const marked = {
    data: { values: data(["marked"]) },
    mark: { type: "line", strokeWidth: 2, point: { size: 60, filled: true } },
    encoding: { ...lines.encoding, shape: channel(SHAPES) },
  };
  const levels = {
    data: { values: data(["level"]) },
    mark: { type: "rule", strokeWidth: 2 },
    encoding: { y: vertical, color, strokeDash: channel(DASHES) },
  };
  const bars = {
    data: { values: data(["bar"]) },
    mark: { type: "bar" },
    encoding: {
      x: horizontal,
      xOffset: {
        field: "series",
        type: "nominal",
        sort: null,
        scale: { domain: names },
      },
      y: { ...vertical, scale: { ...vertical.scale, zero: true } },
      color,
    },
  };
  const spreads = {
    data: { values: data(["marked"]).filter(({ low }) => low !== undefined) },
    mark: { type: "rule", strokeWidth: 1.5 },
    encoding: {
      x: horizontal,
      y: { ...vertical, field: "low" },
      y2: { field: "high" },
      color,
    },
  };
  const layer = [lines, marked, levels, bars, spreads]
    .filter((each) => each.data.values.length > 0);
  return {
    title: panel.title,
    width: panelWidth(panel),
    height: 270,
    // A panel without any point still says what it would show.
    layer: layer.length > 0 ? layer : [{
      data: { values: [{ text: "no run of this panel is done" }] },
      mark: { type: "text", color: INK },
      encoding: { text: { field: "text" } },
    }],
  };
}

function datums({ name, points, mark }: Series): readonly Datum[] {
  const kept = mark === "level" ? points.slice(0, 1) : points;
  return kept
    .filter(({ x, y }) =>
      Number.isFinite(y) && (typeof x === "string" || Number.isFinite(x))
    )
    .map(({ x, y, spread }) => ({
      series: name,
      x,
      y,
      ...(spread !== undefined && Number.isFinite(spread) &&
        { low: y - spread, high: y + spread }),
    }));
}
