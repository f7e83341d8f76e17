import type { LogRow, StepRow, ValidationRow } from "../log_row.ts";
import { shown, simscRun } from "./_models.ts";
import type { Study } from "./study.ts";
import type { Panel } from "./study_figure.ts";
import { thinPoints } from "../_thin_points.ts";

/** Points of a curve. */
const LIMIT = 150;

/** Steps between two validations of a run on drawn objects. */
const VALIDATE_EVERY = 20;

/** Steps of the averages at the start and the end in the table. */
const WINDOW = 20;

/**
 * Temperatures, loss and validation of one SimSC run over its steps (SimSC,
 * Suppl. Fig. 1).
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { curvesStudy } from "@simsc/core/runs";
 *
 * equal(curvesStudy.name, "curves");
 * ```
 */
export const curvesStudy: Study = {
  name: "curves",
  title: "Temperatures, loss and PCK over a run of SimSC",
  paper: "Suppl. Fig. 1",
  budget: (settings) =>
    settings.drawings.length === 0 ? settings : {
      ...settings,
      base: { ...settings.base, validateEvery: VALIDATE_EVERY },
    },
  runs: (settings) => [simscRun(settings)],
  page: (results) => {
    const outcome = results["simsc"];
    const log = outcome?.kind === "done" ? outcome.log : [];
    const steps = log.filter((row): row is StepRow => row.kind === "step");
    const validations = log.filter((row): row is ValidationRow =>
      row.kind === "validation"
    );
    const curve = (name: string, value: (row: StepRow) => number) => ({
      name,
      mark: "line" as const,
      points: pointsOf(steps, value),
    });
    const x = { title: "step", scale: "linear" } as const;
    const panels: readonly Panel[] = [
      {
        title: "Temperatures",
        x,
        y: { title: "β", scale: "log" },
        series: [
          curve("βA", ({ betaA }) => positive(betaA)),
          curve("βB", ({ betaB }) => positive(betaB)),
          curve("βA·βB", ({ betaA, betaB }) => positive(betaA * betaB)),
        ],
      },
      {
        title: "Loss",
        x,
        y: { title: "loss", scale: "linear" },
        series: [curve("loss", ({ loss }) => loss)],
      },
      {
        title: "PCK on the validation split",
        x,
        y: { title: "PCK, %", scale: "linear" },
        series: ["0.05", "0.1", "0.15"].map((alpha) => ({
          name: `PCK@${alpha}`,
          mark: "marked" as const,
          points: validations.map(({ step, pck }) => ({
            x: step,
            y: 100 * (pck[alpha] ?? NaN),
          })),
        })),
      },
    ];
    return {
      table: {
        title: `Means of the first and last ${WINDOW} steps, and validations`,
        columns: ["step", "loss", "βA", "βB", "βA·βB", "PCK@0.1, %"],
        rows: [
          ...stepRows(steps),
          ...validations.map(({ step, betaProduct, pck }) => [
            String(step),
            "–",
            "–",
            "–",
            shown(betaProduct, 4),
            shown(100 * (pck["0.1"] ?? NaN)),
          ]),
        ],
      },
      figure: { kind: "chart", panels },
    };
  },
};

/** Means at both ends of a run; one row where they would overlap. */
function stepRows(
  steps: readonly StepRow[],
): readonly (readonly string[])[] {
  const windows = steps.length > WINDOW
    ? [steps.slice(0, WINDOW), steps.slice(-WINDOW)]
    : [steps];
  return windows.filter((rows) => rows.length > 0).map((rows) => {
    const mean = (value: (row: StepRow) => number) =>
      rows.reduce((sum, row) => sum + value(row), 0) / rows.length;
    return [
      `${rows[0]?.step}–${rows.at(-1)?.step}`,
      shown(mean(({ loss }) => loss), 3),
      shown(mean(({ betaA }) => betaA), 4),
      shown(mean(({ betaB }) => betaB), 4),
      shown(mean(({ betaA, betaB }) => betaA * betaB), 4),
      "–",
    ];
  });
}

/** A logarithm has no place for 0. */
function positive(value: number): number {
  return value > 0 ? value : NaN;
}

/** At most {@linkcode LIMIT} means of neighbouring steps. */
function pointsOf<R extends LogRow>(
  rows: readonly R[],
  value: (row: R) => number,
): readonly { readonly x: number; readonly y: number }[] {
  const points = rows.map((row) => ({ step: row.step, value: value(row) }));
  return thinPoints(points, LIMIT).map((p) => ({ x: p.step, y: p.value }));
}
