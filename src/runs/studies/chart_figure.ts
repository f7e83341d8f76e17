import type { TopLevelSpec } from "vega-lite";
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

/** A number as one writes it, neither rounded nor with a power of ten. */
const PLAIN = "format(datum.value, '~r')";
/** The same of 1, 2 and 5 times a power of ten alone. */
const FEW = "indexof([1, 2, 5], round(datum.value / " +
  `pow(10, floor(log(datum.value) / LN10 + 1e-9)))) < 0 ? '' : ${PLAIN}`;
/** Of a panel, and of a name below it. */
const [WIDTH, NAME_WIDTH] = [400, 90];
/** Of a number such as 0.02, with room beside it. */
const LABEL_WIDTH = 27;

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
  const { title, x, y } = panel;
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
  const horizontal = x.scale === "names"
    ? {
      field: "x",
      type: "nominal",
      title: x.title,
      sort: null,
      // Long names in lines, so that they stay beside each other.
      axis: { labelAngle: 0, labelExpr: "split(datum.label, ', ')" },
    }
    : {
      field: "x",
      type: "quantitative",
      title: x.title,
      scale: x.scale === "log"
        ? { type: "log", nice: false }
        : { nice: false, zero: false },
      axis: x.scale === "log"
        ? {
          values: ticks(panel),
          labelExpr: PLAIN,
          labelFlush: false,
          labelFontSize: 10,
          // Without a canvas widths of text are only guessed, on the large side.
          labelOverlap: isCrowded(ticks(panel)) ? "greedy" : false,
        }
        : { tickCount: 6, labelExpr: PLAIN },
    };
  const vertical = {
    field: "y",
    type: "quantitative",
    title: y.title,
    scale: y.scale === "log"
      ? { type: "log", nice: true }
      : { zero: false, nice: true },
    axis: y.scale === "log"
      ? { labelExpr: FEW, labelOverlap: "greedy" }
      : { tickCount: 6 },
  };
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
    title,
    width: x.scale === "names"
      ? Math.max(WIDTH, NAME_WIDTH * ticks(panel).length)
      : WIDTH,
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

/** Where there are points: a logarithmic axis is labelled there. */
function ticks({ series }: Panel): readonly (number | string)[] {
  const places = series.filter(({ mark }) => mark !== "level")
    .flatMap(({ points }) => points.map(({ x }) => x));
  return [...new Set(places)];
}

/** Whether labels of these places on a logarithmic axis would touch. */
function isCrowded(places: readonly (number | string)[]): boolean {
  const logs = places.map((place) => Math.log(Number(place))).sort((a, b) =>
    a - b
  );
  const length = (logs.at(-1) ?? 0) - (logs[0] ?? 0);
  const gaps = logs.slice(1).map((log, i) => log - (logs[i] as number));
  return Math.min(...gaps) * WIDTH < LABEL_WIDTH * length;
}
