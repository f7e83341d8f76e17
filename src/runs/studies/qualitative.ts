import {
  evaluationAt,
  fixedConfig,
  PAPER_BETA_EVAL,
  simscConfig,
} from "./_models.ts";
import type { Study, StudyRun, StudySettings } from "./study.ts";

/**
 * The same pairs matched by the weights that training starts from, after
 * training at β_trn = 1 and by SimSC (SimSC, Fig. 1 and Suppl. Fig. 4).
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { qualitativeStudy } from "@simsc/core/runs";
 *
 * equal(qualitativeStudy.name, "qualitative");
 * ```
 */
export const qualitativeStudy: Study = {
  name: "qualitative",
  title: "The same pairs before training, after β_trn = 1 and by SimSC",
  paper: "Fig. 1, Suppl. Fig. 4",
  runs: runsOf,
  page: (results, settings) => {
    const runs = runsOf(settings);
    const matches = runs.map(({ key }) => {
      const outcome = results[key];
      return outcome?.kind === "done" ? outcome.matches : [];
    });
    const pairs = matches.find((list) => list.length > 0) ?? [];
    return {
      table: {
        title: "Keypoints within 0.1 of the reference length",
        columns: ["pair", ...runs.map(({ label }) => label)],
        rows: pairs.length === 0
          ? [["none", ...runs.map(() => "–")]]
          : pairs.map(({ id }, i) => [
            id,
            ...matches.map((list) => {
              const correct = list[i]?.correct;
              return correct
                ? `${correct.filter(Boolean).length} of ${correct.length}`
                : "–";
            }),
          ]),
      },
      figure: {
        kind: "matches",
        columns: runs.map(({ label }) => label),
        rows: pairs.map(({ category }, i) => ({
          title: category,
          cells: matches.map((list) => list[i] ?? null),
        })),
      },
    };
  },
};

function runsOf(settings: StudySettings): readonly StudyRun[] {
  const matched = (betaEval: "auto" | number) => ({
    evaluations: {},
    matches: {
      ...evaluationAt(settings, betaEval),
      count: settings.drawnPairs,
    },
  });
  return [
    {
      key: "pretrained",
      label: "before training",
      config: simscConfig(settings),
      isTrained: false,
      ...matched(PAPER_BETA_EVAL),
    },
    {
      key: "fixed-1",
      label: "β_trn = 1",
      config: fixedConfig(settings, 1),
      isTrained: true,
      ...matched(PAPER_BETA_EVAL),
    },
    {
      key: "simsc",
      label: "SimSC",
      config: simscConfig(settings),
      isTrained: true,
      ...matched("auto"),
    },
  ];
}
