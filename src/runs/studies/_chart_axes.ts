/**
 * Axes of a chart for Vega-Lite: where they are labelled, and how.
 *
 * @module
 */
import type { Panel } from "./study_figure.ts";

/** A number as one writes it, neither rounded nor with a power of ten. */
const PLAIN = "format(datum.value, '~r')";
/** The same of 1, 2 and 5 times a power of ten alone. */
const FEW = "indexof([1, 2, 5], round(datum.value / " +
  `pow(10, floor(log(datum.value) / LN10 + 1e-9)))) < 0 ? '' : ${PLAIN}`;
/** Of a panel, and of a name below it. */
const [WIDTH, NAME_WIDTH] = [400, 90];
/** Of a number such as 0.02, with room beside it. */
const LABEL_WIDTH = 27;

/** A channel of Vega-Lite that places numbers. */
export interface NumberChannel {
  readonly field: string;
  readonly type: string;
  readonly title: string;
  readonly scale: object;
  readonly axis: object;
}

/** The channel `x` of a panel. */
export function horizontalChannel(panel: Panel): object {
  const { title, scale } = panel.x;
  if (scale === "names") {
    return {
      field: "x",
      type: "nominal",
      title,
      sort: null,
      // Long names in lines, so that they stay beside each other.
      axis: { labelAngle: 0, labelExpr: "split(datum.label, ', ')" },
    };
  }
  const places = ticks(panel);
  return {
    field: "x",
    type: "quantitative",
    title,
    scale: scale === "log"
      ? { type: "log", nice: false }
      : { nice: false, zero: false },
    axis: scale === "log"
      ? {
        values: places,
        labelExpr: PLAIN,
        labelFlush: false,
        labelFontSize: 10,
        // Without a canvas widths of text are only guessed, on the large side.
        labelOverlap: isCrowded(places) ? "greedy" : false,
      }
      : { tickCount: 6, labelExpr: PLAIN },
  };
}

/** The channel `y` of a panel. */
export function verticalChannel({ y: { title, scale } }: Panel): NumberChannel {
  return {
    field: "y",
    type: "quantitative",
    title,
    scale: scale === "log"
      ? { type: "log", nice: true }
      : { zero: false, nice: true },
    axis: scale === "log"
      ? { labelExpr: FEW, labelOverlap: "greedy" }
      : { tickCount: 6 },
  };
}

/** Width of a panel: names need more than numbers. */
export function panelWidth(panel: Panel): number {
  return panel.x.scale === "names"
    ? Math.max(WIDTH, NAME_WIDTH * ticks(panel).length)
    : WIDTH;
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
