import type {
  Study,
  StudyRun,
  StudySettings,
} from "../../../src/runs/studies/study.ts";

/** A study of these runs, whose page counts how each ended. */
export function fakeStudy(
  runs: (settings: StudySettings) => readonly StudyRun[],
): Study {
  return {
    name: "fake",
    title: "A study of nothing",
    paper: "Fig. 0",
    runs,
    page: (results) => ({
      table: {
        title: "How runs ended",
        columns: ["run", "end"],
        rows: Object.entries(results).map(([key, { kind }]) => [key, kind]),
      },
      figure: { kind: "chart", panels: [] },
    }),
  };
}
