import { pckCell, pckOf, shown } from "./_models.ts";
import type { Study, StudyRun, StudySettings } from "./study.ts";

/** What tells studies apart that compare the scores of runs. */
export interface ScoreStudyOptions
  extends Pick<Study, "name" | "title" | "paper" | "budget"> {
  /** The runs. */
  readonly runs: (settings: StudySettings) => readonly StudyRun[];
  /** What a reader must know to read the numbers. */
  readonly caption?: (settings: StudySettings) => string;
}

/** α that is drawn. */
const ALPHA = 0.1;

/** A row a run, a column and a row of bars an evaluation, with β beside PCK. */
export function scoreStudy(options: ScoreStudyOptions): Study {
  const { runs, caption, ...rest } = options;
  return {
    ...rest,
    runs,
    page: (results, settings) => {
      const all = runs(settings);
      const names = [
        ...new Set(all.flatMap((run) => Object.keys(run.evaluations))),
      ];
      const beta = (run: StudyRun, name: string): string => {
        const outcome = results[run.key];
        if (outcome?.kind !== "done") return "–";
        const score = outcome.scores[name];
        return score
          ? `${shown(score.beta.mean, 4)} ± ${shown(score.beta.std, 4)}`
          : "–";
      };
      return {
        table: {
          title: "PCK@0.05 / 0.1 / 0.15, percent; β: mean ± std over pairs",
          ...(caption && { caption: caption(settings) }),
          columns: [
            "model",
            ...names.flatMap((name) => [name, `β, ${name}`]),
          ],
          rows: all.map((run) => [
            run.label,
            ...names.flatMap((name) => [
              name in run.evaluations ? pckCell(results[run.key], name) : "–",
              beta(run, name),
            ]),
          ]),
        },
        figure: {
          kind: "chart",
          panels: names.map((name) => ({
            title: name,
            x: { title: "model", scale: "names" },
            y: { title: `PCK@${ALPHA}, %`, scale: "linear" },
            series: [{
              name: `PCK@${ALPHA}`,
              mark: "bar" as const,
              points: all.map((run) => ({
                x: run.label,
                y: pckOf(results[run.key], name, ALPHA),
              })),
            }],
          })),
        },
      };
    },
  };
}
