import {
  evaluationAt,
  fixedConfig,
  pckOf,
  shown,
  simscConfig,
  simscRun,
} from "./_models.ts";
import type { Study, StudyRun, StudySettings } from "./study.ts";

/** Temperatures of the matching, those of Fig. 6 and one between. */
const BETAS = [0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.3, 1] as const;

/** α that is drawn. */
const ALPHA = 0.1;

/**
 * PCK against the temperature of the matching (SimSC, Fig. 6): the weights
 * that training starts from, the same fine-tuned at β_trn = 1, and SimSC at the
 * temperature it learned.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { betaEvalStudy } from "@simsc/core/runs";
 *
 * equal(betaEvalStudy.paper, "Fig. 6");
 * ```
 */
export const betaEvalStudy: Study = {
  name: "beta-eval",
  title: "PCK against the temperature of the matching",
  paper: "Fig. 6",
  runs: (settings) => {
    const evaluations = Object.fromEntries(
      betasOf(settings).map((
        beta,
      ) => [String(beta), evaluationAt(settings, beta)]),
    );
    const run = (
      key: string,
      label: string,
      rest: Pick<StudyRun, "config" | "isTrained">,
    ): StudyRun => ({ key, label, evaluations, ...rest });
    return [
      run("pretrained", "before training", {
        config: simscConfig(settings),
        isTrained: false,
      }),
      simscRun(settings),
      run("fixed-1", "β_trn = 1", {
        config: fixedConfig(settings, 1),
        isTrained: true,
      }),
    ];
  },
  page: (results, settings) => {
    const betas = betasOf(settings);
    const simsc = pckOf(results["simsc"], "auto", ALPHA);
    const rows = betas.map((beta) => ({
      beta,
      pretrained: pckOf(results["pretrained"], String(beta), ALPHA),
      fixed: pckOf(results["fixed-1"], String(beta), ALPHA),
    }));
    return {
      table: {
        title: "PCK@0.1 by β_eval, percent",
        columns: ["β_eval", "before training", "β_trn = 1", "SimSC"],
        rows: rows.map(({ beta, pretrained, fixed }) => [
          String(beta),
          shown(pretrained),
          shown(fixed),
          shown(simsc),
        ]),
      },
      figure: {
        kind: "chart",
        panels: [{
          title: `PCK@${ALPHA} against β_eval`,
          x: { title: "β_eval", scale: "log" },
          y: { title: `PCK@${ALPHA}, %`, scale: "linear" },
          series: [
            {
              name: "SimSC, its own β",
              mark: "level",
              points: [{ x: 1, y: simsc }],
            },
            {
              name: "before training",
              mark: "marked",
              points: rows.map(({ beta, pretrained }) => ({
                x: beta,
                y: pretrained,
              })),
            },
            {
              name: "β_trn = 1",
              mark: "marked",
              points: rows.map(({ beta, fixed }) => ({ x: beta, y: fixed })),
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
