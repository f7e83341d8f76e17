import { pckCell, pckOf } from "./_models.ts";
import { normRuns } from "./_norm_runs.ts";
import type { Study } from "./study.ts";

/** Fractions of θ, those of the table. */
const ALPHAS = [0.05, 0.1, 0.15] as const;

/**
 * Training at β = 1 with and without L2-normalised features, and SimSC (SimSC,
 * Table 3).
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { l2NormStudy } from "@simsc/core/runs";
 *
 * equal(l2NormStudy.paper, "Table 3");
 * ```
 */
export const l2NormStudy: Study = {
  name: "l2-norm",
  title: "What L2-normalised features do to training",
  paper: "Table 3",
  runs: normRuns,
  page: (results, settings) => {
    const runs = normRuns(settings).map(({ key, label, evaluations }) => ({
      label,
      outcome: results[key],
      evaluation: Object.keys(evaluations)[0] as string,
      betaEval: Object.values(evaluations)[0]?.betaEval ?? "auto",
    }));
    return {
      table: {
        title: "PCK, percent",
        columns: [
          "configuration",
          "β_eval",
          "PCK@0.05 / 0.1 / 0.15",
        ],
        rows: runs.map(({ label, betaEval, outcome, evaluation }) => [
          label,
          betaEval === "auto" ? "its own" : String(betaEval),
          pckCell(outcome, evaluation),
        ]),
      },
      figure: {
        kind: "chart",
        panels: [{
          title: "PCK by configuration",
          x: { title: "configuration", scale: "names" },
          y: { title: "PCK, %", scale: "linear" },
          series: ALPHAS.map((alpha) => ({
            name: `PCK@${alpha}`,
            mark: "bar" as const,
            points: runs.map(({ label, outcome, evaluation }) => ({
              x: label,
              y: pckOf(outcome, evaluation, alpha),
            })),
          })),
        }],
      },
    };
  },
};
