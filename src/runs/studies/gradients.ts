import type { StepRow } from "../log_row.ts";
import { thinPoints } from "../_thin_points.ts";
import { shown } from "./_models.ts";
import { normRuns } from "./_norm_runs.ts";
import type { RunOutcome, Study } from "./study.ts";

/** Points of a curve: each the mean of neighbouring steps, against the noise. */
const POINTS = 30;

/**
 * Mean absolute gradient of each convolution of the last block over training,
 * at β = 1 with and without L2-normalised features and with SimSC (SimSC,
 * Suppl. Fig. 2).
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { gradientsStudy } from "@simsc/core/runs";
 *
 * equal(gradientsStudy.name, "gradients");
 * ```
 */
export const gradientsStudy: Study = {
  name: "gradients",
  title: "Gradients that reach the last block",
  paper: "Suppl. Fig. 2",
  runs: (settings) =>
    normRuns(settings).map((run) => ({ ...run, evaluations: {} })),
  page: (results, settings) => {
    const runs = normRuns(settings)
      .map(({ key, label }) => ({ label, steps: stepsOf(results[key]) }));
    const names = [
      ...new Set(
        runs.flatMap(({ steps }) =>
          steps.flatMap((row) => Object.keys(row.gradients ?? {}))
        ),
      ),
    ];
    const mean = (steps: readonly StepRow[], name: string): number =>
      steps.reduce((sum, row) => sum + (row.gradients?.[name] ?? NaN), 0) /
      steps.length;
    const withL2 = runs[0]?.steps ?? [];
    return {
      table: {
        title: "Mean absolute gradient over all steps",
        caption: "In brackets how many times that of WithL2Norm it is.",
        columns: ["weights", ...runs.map(({ label }) => label)],
        rows: names.length === 0
          ? [["none", ...runs.map(() => "–")]]
          : names.map((name) => [
            name,
            ...runs.map(({ steps }) => {
              const ratio = mean(steps, name) / mean(withL2, name);
              return `${exponential(mean(steps, name))} (${shown(ratio)})`;
            }),
          ]),
      },
      figure: {
        kind: "chart",
        panels: names.map((name) => ({
          title: name,
          x: { title: "step", scale: "linear" },
          y: { title: "mean absolute gradient", scale: "log" },
          series: runs.map(({ label, steps }) => ({
            name: label,
            mark: "line" as const,
            points: thinPoints(
              steps.map((row) => ({
                step: row.step,
                value: positive(row.gradients?.[name]),
              })),
              POINTS,
            ).map(({ step, value }) => ({ x: step, y: value })),
          })),
        })),
      },
    };
  },
};

function stepsOf(outcome: RunOutcome | undefined): readonly StepRow[] {
  const log = outcome?.kind === "done" ? outcome.log : [];
  return log.filter((row): row is StepRow => row.kind === "step");
}

function exponential(value: number): string {
  return Number.isFinite(value) ? value.toExponential(2) : "–";
}

/** A logarithm has no place for 0. */
function positive(value: number | undefined): number {
  return value !== undefined && value > 0 ? value : NaN;
}
