import {
  evaluationAt,
  fixedConfig,
  pckCell,
  pckOf,
  shown,
  simscRun,
} from "./_models.ts";
import type { Study, StudyRun, StudySettings } from "./study.ts";

/** Temperatures of training; 0.004 is where the authors' training broke. */
const BETAS = [0.004, 0.01, 0.02, 0.03, 0.05, 0.1, 0.3, 1] as const;

/** α that is drawn. */
const ALPHA = 0.1;

/**
 * SimSC against temperatures of training that were chosen by hand, each matched
 * at the one it was trained with (SimSC, Suppl. Fig. 3).
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { betaTrainStudy } from "@simsc/core/runs";
 *
 * equal(betaTrainStudy.name, "beta-train");
 * ```
 */
export const betaTrainStudy: Study = {
  name: "beta-train",
  title: "A learned temperature against ones chosen by hand",
  paper: "Suppl. Fig. 3",
  runs: (settings) => [
    simscRun(settings),
    ...betasOf(settings).map((beta): StudyRun => ({
      key: `fixed-${beta}`,
      label: `β_trn = ${beta}`,
      config: fixedConfig(settings, beta),
      isTrained: true,
      evaluations: { own: evaluationAt(settings, beta) },
    })),
  ],
  page: (results, settings) => {
    const betas = betasOf(settings);
    const simsc = results["simsc"];
    const score = simsc?.kind === "done" ? simsc.scores["auto"] : undefined;
    const learned = score === undefined
      ? "learned"
      : `learned, ${shown(score.beta.mean, 4)} on the test pairs`;
    return {
      table: {
        title: "PCK@0.05 / 0.1 / 0.15, percent, β_eval = β_trn",
        columns: ["β_trn", "PCK"],
        rows: [
          ...betas.map((beta) => [
            String(beta),
            pckCell(results[`fixed-${beta}`], "own"),
          ]),
          [learned, pckCell(simsc, "auto")],
        ],
      },
      figure: {
        kind: "chart",
        panels: [{
          title: `PCK@${ALPHA} against β_trn = β_eval`,
          x: { title: "β_trn", scale: "log" },
          y: { title: `PCK@${ALPHA}, %`, scale: "linear" },
          series: [
            {
              name: "SimSC, learned",
              mark: "level",
              points: [{ x: 1, y: pckOf(simsc, "auto", ALPHA) }],
            },
            {
              name: "chosen by hand",
              mark: "marked",
              points: betas.map((beta) => ({
                x: beta,
                y: pckOf(results[`fixed-${beta}`], "own", ALPHA),
              })),
            },
          ],
        }],
      },
    };
  },
};

function betasOf({ values }: StudySettings): readonly number[] {
  return values ?? BETAS;
}
