import {
  evaluationAt,
  fixedConfig,
  PAPER_BETA_EVAL,
  simscRun,
  unnormalizedConfig,
} from "./_models.ts";
import type { StudyRun, StudySettings } from "./study.ts";

/** The three configurations of Table 3 and of Suppl. Fig. 2. */
export function normRuns(settings: StudySettings): readonly StudyRun[] {
  return [
    {
      key: "with-l2",
      label: "WithL2Norm",
      config: fixedConfig(settings, 1),
      isTrained: true,
      evaluations: { paper: evaluationAt(settings, PAPER_BETA_EVAL) },
    },
    {
      key: "no-l2",
      label: "NoL2Norm",
      config: unnormalizedConfig(settings),
      isTrained: true,
      // Scores of features as they are need no temperature to be sharp.
      evaluations: { own: evaluationAt(settings, 1) },
    },
    simscRun(settings),
  ];
}
