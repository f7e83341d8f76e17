import { escapeHtml } from "./_escape_html.ts";
import { type Chart, drawChart } from "./_draw_chart.ts";
import { type CurvePoint, thinPoints } from "./_thin_points.ts";
import type { LogRow, StepRow, ValidationRow } from "./log_row.ts";

/** Points of a curve at most; more are not visible at this width. */
const LIMIT = 300;

/** A chart and what a newcomer needs to read it. */
interface Figure {
  readonly chart: Chart;
  readonly caption: string;
}

/** Section with the curves of a run. */
export async function reportCurves(rows: readonly LogRow[]): Promise<string> {
  const steps = rows.filter((row): row is StepRow => row.kind === "step");
  const validations = rows.filter((row): row is ValidationRow =>
    row.kind === "validation"
  );
  const figures = [
    ...(steps.length > 0 ? [lossFigure(steps), temperatureFigure(steps)] : []),
    ...(validations.length > 0 ? [pckFigure(validations)] : []),
  ].filter(({ chart }) => chart.curves.some(({ points }) => points.length > 0));
  if (figures.length === 0) {
    return "<p>The log holds no step yet, so there is no curve to draw.</p>";
  }
  const drawn = await Promise.all(figures.map(async ({ chart, caption }) => {
    const svg = await drawChart(chart);
    return `<figure class="chart" role="group">${svg}` +
      `<figcaption>${caption}</figcaption></figure>`;
  }));
  return `<div class="charts">${drawn.join("")}</div>`;
}

function lossFigure(steps: readonly StepRow[]): Figure {
  return {
    chart: {
      title: "loss",
      scale: "linear",
      isMarked: false,
      curves: [
        { name: "loss", points: curve(steps, (row) => row.loss) },
        {
          name: "cross-entropy",
          points: curve(steps, (row) => row.crossEntropy),
        },
      ],
    },
    caption: "<b>Loss.</b> What training makes smaller: the cross-entropy " +
      "between where the model looks and where the true match is, plus the " +
      "temperature regulariser. Where both lines coincide the regulariser " +
      "is 0, that is, both temperatures are above their threshold. " +
      note(steps, (row) => [row.loss, row.crossEntropy]),
  };
}

function temperatureFigure(steps: readonly StepRow[]): Figure {
  // A logarithm has no place for 0; a temperature that underflowed is left out.
  const positive = (value: number) => value > 0 ? value : NaN;
  const values = (row: StepRow) =>
    [row.betaA, row.betaB, row.betaA * row.betaB].map(positive);
  const names = ["βA", "βB", "βA·βB"];
  return {
    chart: {
      title: "temperature",
      scale: "log",
      isMarked: false,
      curves: names.map((name, i) => ({
        name,
        points: curve(steps, (row) => values(row)[i]!),
      })),
    },
    caption:
      "<b>Temperatures.</b> One temperature goes with the source image " +
      "(βA) and one with the target image (βB). The matching " +
      "scores are divided by their product before the softmax: the smaller " +
      "it is, the sharper the match. The axis is logarithmic. " +
      note(steps, values),
  };
}

function pckFigure(validations: readonly ValidationRow[]): Figure {
  const alphas = [
    ...new Set(validations.flatMap(({ pck }) => Object.keys(pck))),
  ]
    .sort((a, b) => Number(b) - Number(a)).slice(0, 3);
  return {
    chart: {
      title: "PCK, %",
      scale: "percent",
      isMarked: true,
      curves: alphas.map((alpha) => ({
        name: `PCK@${alpha}`,
        points: curve(validations, (row) => 100 * (row.pck[alpha] ?? NaN)),
      })),
    },
    caption: "<b>Accuracy on validation pairs.</b> PCK@α is the percentage " +
      "of keypoints whose predicted match lies within α times a reference " +
      "length (such as the size of the object) of the true one. Higher is " +
      "better, and a smaller α is stricter.",
  };
}

function curve<R extends LogRow>(
  rows: readonly R[],
  value: (row: R) => number,
): readonly CurvePoint[] {
  const points = rows.map((row) => ({ step: row.step, value: value(row) }));
  return thinPoints(points, LIMIT);
}

/** What was done to the numbers before they were drawn. */
function note(
  steps: readonly StepRow[],
  values: (row: StepRow) => readonly number[],
): string {
  const size = Math.ceil(steps.length / LIMIT);
  const broken =
    steps.filter((row) => !values(row).every(Number.isFinite)).length;
  return escapeHtml(
    (size > 1 ? `Each point is the mean of ${size} steps. ` : "") +
      (broken > 0
        ? `${broken} of ${steps.length} steps gave a value that cannot be drawn (not finite, or no logarithm) and are left out.`
        : ""),
  );
}
