import type { AsyncResult } from "../../core/result.ts";
import type { DataError } from "../../data/data_error.ts";
import { writeAtomic } from "../../data/files.ts";
import { right } from "../_result.ts";
import { markdownTable } from "./_markdown_table.ts";
import { renderFigure } from "./_render_figure.ts";
import type {
  RunOutcome,
  Study,
  StudyPage,
  StudyResults,
  StudySettings,
} from "./study.ts";

/** Files of a finished study. */
export interface StudyFiles {
  /** All numbers, JSON. */
  readonly json: string;
  /** The table, Markdown. */
  readonly table: string;
  /** The figure, SVG. */
  readonly figure: string;
  /** What both were made of. */
  readonly page: StudyPage;
}

/**
 * Writes what a study found: every number and what it depends on as JSON, the
 * table as Markdown, the figure as SVG, below `out` in a folder of the study's
 * name. Each is replaced as a whole.
 *
 * @param subject The study, its settings and results, and where they were made.
 * @param out Folder that the study's is made in.
 * @returns The files, or which picture could not be read or file written.
 *
 * @example
 * ```ts
 * import { match } from "node:assert/strict";
 * import { mkdtemp, readFile, rm } from "node:fs/promises";
 * import { curvesStudy, tinySettings, writeStudy } from "@simsc/core/runs";
 *
 * const out = await mkdtemp("study-");
 * const files = await writeStudy({
 *   study: curvesStudy,
 *   settings: tinySettings(`${out}/drawn`),
 *   results: { simsc: { kind: "failed", message: "out of memory" } },
 *   backend: "onnx-cpu",
 * }, out)();
 * if (files._tag === "Left") throw new Error(files.left.message);
 * const table = await readFile(files.right.table, "utf8");
 * match(table, /`simsc` failed: out of memory/);
 * await rm(out, { recursive: true });
 * ```
 */
export function writeStudy(
  { study, settings, results, backend }: {
    readonly study: Study;
    readonly settings: StudySettings;
    readonly results: StudyResults;
    readonly backend: string;
  },
  out: string,
): AsyncResult<DataError, StudyFiles> {
  return async () => {
    const page = study.page(results, settings);
    const figure = await renderFigure(page.figure)();
    if (figure._tag === "Left") return figure;
    const folder = `${out}/${study.name}`;
    const files = {
      json: `${folder}/result.json`,
      table: `${folder}/table.md`,
      figure: `${folder}/figure.svg`,
    };
    const { name, title, paper } = study;
    const runs = study.runs(settings).map(({ key, ...told }) => ({
      key,
      ...told,
      outcome: outcomeOf(results[key]),
    }));
    const json = { name, title, paper, backend, settings, runs, page };
    const contents = {
      json: `${JSON.stringify(json, null, 1)}\n`,
      table: tablePage(study, page, results),
      figure: figure.right,
    };
    for (const part of ["json", "table", "figure"] as const) {
      const written = await writeAtomic(files[part], contents[part])();
      if (written._tag === "Left") return written;
    }
    return right({ ...files, page });
  };
}

/** A run's outcome without its log and its predictions, which have files of their own. */
function outcomeOf(outcome: RunOutcome | undefined): unknown {
  if (outcome?.kind !== "done") return outcome ?? null;
  const { scores, log, ...rest } = outcome;
  return {
    ...rest,
    validations: log.filter(({ kind }) => kind === "validation"),
    scores: Object.fromEntries(
      Object.entries(scores).map(([name, { predictions: _, ...score }]) => [
        name,
        score,
      ]),
    ),
  };
}

function tablePage(
  { title, paper }: Study,
  { table }: StudyPage,
  results: StudyResults,
): string {
  const failures = Object.entries(results).flatMap(([key, outcome]) =>
    outcome.kind === "failed" ? [`- \`${key}\` failed: ${outcome.message}`] : []
  );
  return [
    `# ${title}`,
    `${paper} of the paper.`,
    ...(table.caption === undefined ? [] : [table.caption]),
    `${table.title}:`,
    markdownTable(table.columns, table.rows),
    ...(failures.length > 0 ? [failures.join("\n")] : []),
    "![The figure](figure.svg)",
  ].join("\n\n") + "\n";
}
