import type { TopLevelSpec } from "vega-lite";
import type { CurvePoint } from "./_thin_points.ts";

/** One line of a chart. */
export interface Curve {
  /** Name in the legend. */
  readonly name: string;
  /** Points in order. */
  readonly points: readonly CurvePoint[];
}

/** A chart of curves over steps. */
export interface Chart {
  /** Title of the vertical axis. */
  readonly title: string;
  /** Curves, at most three. */
  readonly curves: readonly Curve[];
  /** Vertical axis. */
  readonly scale: "linear" | "log" | "percent";
  /** Whether each point is marked. */
  readonly isMarked: boolean;
}

// Lines differ in dash and points in shape, so that no curve is known by its colour alone.
const COLORS = ["var(--curve-1)", "var(--curve-2)", "var(--curve-3)"];
const DASHES = [[1, 0], [7, 3], [2, 3]];
const SHAPES = ["circle", "square", "triangle-up"];

/** Curves as an SVG whose colours are variables of the page's style. */
export async function drawChart(chart: Chart): Promise<string> {
  const [vega, vegaLite] = await Promise.all([
    import("vega"),
    import("vega-lite"),
  ]);
  const { spec } = vegaLite.compile(specOf(chart));
  const view = new vega.View(vega.parse(spec), { renderer: "none" });
  try {
    const svg = await view.toSVG();
    // Inside a page these name spaces are known, and look like links.
    return svg.replaceAll(/ xmlns(:xlink)?="[^"]*"/g, "");
  } finally {
    view.finalize();
  }
}

function specOf({ title, curves, scale, isMarked }: Chart): TopLevelSpec {
  const domain = curves.map(({ name }) => name);
  const legend = { title: null, orient: "top", symbolSize: 120 } as const;
  const series = <R>(range: readonly R[]) => ({
    field: "series",
    type: "nominal" as const,
    scale: { domain, range: range.slice(0, domain.length) },
    legend,
  });
  return {
    width: 480,
    height: 280,
    autosize: { type: "fit", contains: "padding" },
    background: "transparent",
    data: {
      values: curves.flatMap(({ name, points }) =>
        points.map((point) => ({ ...point, series: name }))
      ),
    },
    mark: isMarked
      ? { type: "line", point: { size: 55, filled: true }, strokeWidth: 2 }
      : { type: "line", strokeWidth: 2 },
    encoding: {
      x: {
        field: "step",
        type: "quantitative",
        title: "step",
        scale: { nice: false },
        axis: { tickCount: 6, format: ",d", tickMinStep: 1 },
      },
      y: {
        field: "value",
        type: "quantitative",
        title,
        scale: scale === "percent"
          ? { domain: [0, 100] }
          : scale === "log"
          ? { type: "log", nice: true }
          : { type: "linear", zero: false, nice: true },
        axis: scale === "log"
          ? { tickCount: 4, format: ".1~e", labelOverlap: true }
          : { tickCount: 5 },
      },
      color: series(COLORS),
      strokeDash: series(DASHES),
      ...(isMarked && { shape: series(SHAPES) }),
    },
    config: {
      font: "system-ui, sans-serif",
      view: { stroke: null },
      axis: {
        labelColor: "currentColor",
        titleColor: "currentColor",
        titleFontWeight: "normal",
        labelFontSize: 12,
        titleFontSize: 12,
        domainColor: "var(--rule)",
        gridColor: "var(--rule)",
        tickColor: "var(--rule)",
      },
      legend: { labelColor: "currentColor", labelFontSize: 12 },
    },
  };
}
