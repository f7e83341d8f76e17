import type { AsyncResult, Result } from "../core/result.ts";
import {
  type DataError,
  malformedFile,
  missingFile,
} from "../data/data_error.ts";
import { removeTemporaries, writeAtomic } from "../data/files.ts";
import { left, right } from "./_result.ts";
import { splitParameters } from "./_split_parameters.ts";
import { checkArchitecture } from "./check_architecture.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { decodeTrainConfig } from "./decode_train_config.ts";
import { initialModel } from "./initial_model.ts";
import { modelShapes } from "./model_shapes.ts";
import { readCheckpoint } from "./read_checkpoint.ts";
import { readLog } from "./read_log.ts";
import { readTrainConfig } from "./read_train_config.ts";
import { resumeLog } from "./resume_log.ts";
import type { RunError } from "./run_error.ts";
import { type RunFiles, runFiles } from "./run_folder.ts";
import type { StartedRun } from "./start_run.ts";
import { modelConfig, type TrainConfig } from "./train_config.ts";

/**
 * Takes up a run where its last checkpoint is; one that was stopped before its
 * first step starts anew. Later rows of the log are dropped. A run whose files
 * are gone is refused, and what is left of it stays as it is.
 *
 * @param out Folder of the run.
 * @returns The run, or which file cannot be read or does not belong to it.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { resumeRun } from "@simsc/core/runs";
 *
 * const found = await resumeRun("runs/none")();
 * equal(found._tag === "Left" && found.left._tag, "MissingFile");
 * ```
 */
export function resumeRun(out: string): AsyncResult<RunError, StartedRun> {
  return async () => {
    const files = runFiles(out);
    const told = await readTrainConfig(out)();
    if (told._tag === "Left") return told;
    // What a kill left half-written: a checkpoint with its moments is large.
    const removed = await removeTemporaries(out)();
    if (removed._tag === "Left") return removed;
    const config = told.right;
    const last = await readOwn(files.last, { config, files });
    if (last._tag === "Left") {
      return last.left._tag === "MissingFile"
        ? await startAnew(files, config)
        : last;
    }
    const checkpoint = last.right;
    // Better now than at the end of the training.
    if (checkpoint.best !== null) {
      const best = await readOwn(files.best, { config, files });
      if (best._tag === "Left") {
        return best.left._tag === "MissingFile"
          ? left(missingFile(files.best, files.last))
          : best;
      }
    }
    const log = await resumeLog(files.log, checkpoint.step)();
    if (log._tag === "Left") return log;
    // What is frozen comes from the checkpoint: the weights file may be gone.
    const split = splitParameters(config, checkpoint.parameters);
    return right({ files, config, ...split, checkpoint });
  };
}

/** What a checkpoint has to belong to. */
interface ToldRun {
  readonly config: TrainConfig;
  readonly files: RunFiles;
}

/** A checkpoint of the run, or why it cannot be read or is none of it. */
async function readOwn(
  file: string,
  run: ToldRun,
): Promise<Result<RunError, Checkpoint>> {
  const read = await readCheckpoint(file)();
  if (read._tag === "Left") return read;
  const checkpoint = read.right;
  const model = modelConfig(run.config);
  const checked = checkArchitecture(checkpoint, {
    backbone: { ...model.backbone },
    temperature: { ...model.temperature },
    shapes: modelShapes(model, Object.keys(checkpoint.parameters)),
  }, file);
  if (checked._tag === "Left") return checked;
  const own = belongs(checkpoint, file, run);
  return own._tag === "Left" ? own : read;
}

/** A run has a checkpoint before its first step, so that one without has no step to lose. */
async function startAnew(
  files: RunFiles,
  config: TrainConfig,
): Promise<Result<RunError, StartedRun>> {
  const log = await readLog(files.log)();
  if (log._tag === "Left" && log.left._tag !== "MissingFile") return log;
  const rows = log._tag === "Right" ? log.right : [];
  const step = rows.reduce((most, row) => Math.max(most, row.step), 0);
  if (step > 0) {
    const wanted = `the checkpoint of a run whose log goes to step ${step}`;
    return left(malformedFile(files.last, "file", wanted, "none"));
  }
  const model = await initialModel(config)();
  if (model._tag === "Left") return model;
  const emptied = await writeAtomic(files.log, "")();
  if (emptied._tag === "Left") return emptied;
  const { parameters } = model.right;
  return right({ files, config, ...splitParameters(config, parameters) });
}

/** Whether a checkpoint is of the run that `config.json` describes. */
function belongs(
  { config: written, adam, step }: Checkpoint,
  file: string,
  { config: told, files }: ToldRun,
): Result<DataError, void> {
  if (adam === undefined || adam.step !== step) {
    const got = adam ? String(adam.step) : "none";
    return left(malformedFile(file, "adam.step", String(step), got));
  }
  const decoded = decodeTrainConfig(written, file);
  if (decoded._tag === "Left") return decoded;
  const config = decoded.right;
  const names = Object.keys(told) as (keyof TrainConfig)[];
  const changed = names.find((name) =>
    JSON.stringify(told[name]) !== JSON.stringify(config[name])
  );
  if (changed === undefined) return right(undefined);
  const wanted = `${JSON.stringify(config[changed])} as in the checkpoint`;
  const got = JSON.stringify(told[changed]);
  return left(malformedFile(files.config, changed, wanted, got));
}
