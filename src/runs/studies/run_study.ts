/**
 * Runs of a study, one after another.
 *
 * @module
 */

import type { Backend } from "../../backends/backend.ts";
import type { AsyncResult, Result } from "../../core/result.ts";
import { writeAtomic } from "../../data/files.ts";
import { writeProcedural } from "../../data/procedural/write_procedural.ts";
import { readPairs } from "../../data/read_pairs.ts";
import { percent } from "../_percent.ts";
import { left, right } from "../_result.ts";
import { type Aborted, aborted } from "../aborted.ts";
import type { BackendName } from "../create_backend.ts";
import { decodeTrainConfig } from "../decode_train_config.ts";
import type { ProgressEvent } from "../format_progress.ts";
import { initialModel } from "../initial_model.ts";
import { loadCheckpoint } from "../load_model.ts";
import type { RunError } from "../run_error.ts";
import { evaluateStudyRun } from "./_evaluate_study_run.ts";
import { readMaps } from "./_read_maps.ts";
import { readMatches } from "./_read_matches.ts";
import { runName } from "./_run_name.ts";
import { trainStudyRun } from "./_train_study_run.ts";
import type {
  RunDone,
  RunOutcome,
  Study,
  StudyResults,
  StudyRun,
  StudySettings,
} from "./study.ts";

/** Options of {@linkcode runStudy}. */
export interface RunStudyOptions {
  /** Folder of runs and evaluations, which several studies may share. */
  readonly out: string;
  /** Stops after the current step or pair; what is done stays. */
  readonly signal?: AbortSignal;
  /** Hears of everything, each line with the run it belongs to. */
  readonly onProgress?: (event: ProgressEvent) => void;
}

/**
 * Makes the runs of a study and evaluates them.
 *
 * Every training run has a folder below `out/runs` and every evaluation a file
 * below `out/evaluations`, named by all that they were told: started again, in
 * this study or in another one that shares them, what is finished is read and
 * what was stopped goes on. A run that fails is recorded as such, beside its
 * folder, and the next one begins; started again, it is tried again.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where everything runs.
 * @param study What to run, and what with.
 * @param options Folder, signal and progress.
 * @returns How each run ended, or why none could begin.
 *
 * @example
 * ```ts
 * import { ok } from "node:assert/strict";
 * import { mkdtemp, rm } from "node:fs/promises";
 * import {
 *   createBackend,
 *   curvesStudy,
 *   runStudy,
 *   tinySettings,
 * } from "@simsc/core/runs";
 *
 * const out = await mkdtemp("study-");
 * const created = await createBackend("auto")();
 * if (created._tag === "Left") throw created.left;
 * const backend = created.right;
 * const settings = tinySettings(`${out}/drawn`);
 * const study = curvesStudy;
 * const results = await runStudy(backend, { study, settings }, { out })();
 * ok(results._tag === "Right" && results.right["simsc"]?.kind === "done");
 * await backend.close();
 * await rm(out, { recursive: true });
 * ```
 */
export function runStudy<T>(
  backend: Backend<T>,
  { study, settings }: {
    readonly study: Study;
    readonly settings: StudySettings;
  },
  options: RunStudyOptions,
): AsyncResult<RunError | Aborted, StudyResults> {
  return async () => {
    const { signal } = options;
    const ready = await prepare(settings, options);
    if (ready._tag === "Left") return ready;
    const runs = study.runs(settings);
    const results: Record<string, RunOutcome> = {};
    for (const [i, run] of runs.entries()) {
      if (signal?.aborted) return aborted("the study");
      const prefix = `${i + 1}/${runs.length} ${run.label}`;
      const told = { ...run.config, backend: backend.name as BackendName };
      const outcome = await attempt(backend, { ...run, config: told }, {
        ...options,
        onProgress: (event) => options.onProgress?.(named(prefix, event)),
      });
      if (outcome._tag === "Left") return outcome;
      results[run.key] = outcome.right;
      if (outcome.right.kind === "failed") {
        const { message } = outcome.right;
        const text = `${prefix} failed: ${message}`;
        options.onProgress?.({ kind: "note", text });
        const file = `${await folderOf(told, options)}.failed.json`;
        const record = { study: study.name, run: run.key, message, told };
        const written = await writeAtomic(
          file,
          `${JSON.stringify(record, null, 1)}\n`,
        )();
        if (written._tag === "Left") return written;
      }
    }
    return right(results);
  };
}

/** Draws what has to be drawn, and finds that all data is there. */
async function prepare(
  { drawings, base, tests }: StudySettings,
  { signal, onProgress }: RunStudyOptions,
): Promise<Result<RunError | Aborted, void>> {
  const checked = decodeTrainConfig(base, "options");
  if (checked._tag === "Left") return checked;
  for (const { root, options } of drawings) {
    const drawn = await writeProcedural(root, {
      ...options,
      ...(signal && { signal }),
      onProgress: ({ done, total }) =>
        onProgress?.({ kind: "count", label: "drawing images", done, total }),
    })().catch((reason: unknown) => {
      if (signal?.aborted) return aborted("drawing images");
      throw reason;
    });
    if (drawn._tag === "Left") return drawn;
  }
  const sets = [
    ...[base.trainSplit, base.validationSplit].map((split) => ({
      data: base.data,
      format: base.format,
      keypoints: base.keypoints,
      ...base.reading,
      split,
    })),
    ...tests,
  ];
  for (const set of sets) {
    const read = await readPairs(set.data, set)();
    if (read._tag === "Left") return read;
  }
  return right(undefined);
}

/** One run from start to end; whatever stops it but a signal is its failure. */
async function attempt<T>(
  backend: Backend<T>,
  run: StudyRun,
  options: RunStudyOptions,
): Promise<Result<Aborted, RunOutcome>> {
  try {
    const made = await makeRun(backend, run, options);
    if (made._tag === "Right") return made;
    const { left: error } = made;
    if (error._tag === "Aborted") return left(error);
    return right({ kind: "failed", message: error.message });
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return right({ kind: "failed", message });
  }
}

async function makeRun<T>(
  backend: Backend<T>,
  run: StudyRun,
  options: RunStudyOptions,
): Promise<Result<RunError | Aborted, RunDone>> {
  const { config, isTrained } = run;
  const folder = await folderOf(config, options);
  const log = isTrained
    ? await trainStudyRun(backend, { config, folder }, options)()
    : right([]);
  if (log._tag === "Left") return log;
  const model = isTrained ? loadCheckpoint(folder) : initialModel(config);
  const scores = await evaluateStudyRun(backend, {
    run,
    model,
    folder: `${options.out}/evaluations`,
  }, options)();
  if (scores._tag === "Left") return scores;
  const maps = run.maps === undefined
    ? right([])
    : await readMaps(backend, { run, model, ...run.maps }, options)();
  if (maps._tag === "Left") return maps;
  const matches = run.matches === undefined
    ? right([])
    : await readMatches(backend, { run, model, ...run.matches }, options)();
  if (matches._tag === "Left") return matches;
  return right({
    kind: "done",
    log: log.right,
    scores: scores.right,
    maps: maps.right,
    matches: matches.right,
  });
}

async function folderOf(
  config: StudyRun["config"],
  { out }: RunStudyOptions,
): Promise<string> {
  return `${out}/runs/${await runName(config)}`;
}

/** An event with the run it belongs to, as one that a terminal draws. */
function named(prefix: string, event: ProgressEvent): ProgressEvent {
  switch (event.kind) {
    case "step":
      return {
        kind: "count",
        label: `${prefix} | step`,
        done: event.step,
        total: event.steps,
        ...(event.stepsPerSecond !== undefined &&
          { perSecond: event.stepsPerSecond }),
      };
    case "count":
      return { ...event, label: `${prefix} | ${event.label}` };
    case "validation": {
      const pck = Object.entries(event.pck)
        .map(([alpha, value]) => `PCK@${alpha} ${percent(value)}`);
      const text = [`${prefix} | validation at step ${event.step}`, ...pck];
      return { kind: "note", text: text.join(" | ") };
    }
    case "note":
      return { kind: "note", text: `${prefix} | ${event.text}` };
  }
}
