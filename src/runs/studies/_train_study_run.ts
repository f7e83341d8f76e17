import type { Backend } from "../../backends/backend.ts";
import type { AsyncResult, Result } from "../../core/result.ts";
import { readBytes, writeAtomic } from "../../data/files.ts";
import { left, right } from "../_result.ts";
import { type Aborted, aborted } from "../aborted.ts";
import type { ProgressEvent } from "../format_progress.ts";
import { lockRun } from "../lock_run.ts";
import type { LogRow } from "../log_row.ts";
import { readLog } from "../read_log.ts";
import { resumeRun } from "../resume_run.ts";
import type { RunError } from "../run_error.ts";
import { runFiles } from "../run_folder.ts";
import { type StartedRun, startRun } from "../start_run.ts";
import { train } from "../train.ts";
import type { TrainConfig } from "../train_config.ts";
import { trainingData } from "../training_data.ts";
import { lastBlockWeights } from "./_last_block_weights.ts";

/** Options of {@linkcode trainStudyRun}. */
export interface TrainStudyRunOptions {
  /** Stops after the current step, with a checkpoint. */
  readonly signal?: AbortSignal;
  /** Hears of steps and validations. */
  readonly onProgress?: (event: ProgressEvent) => void;
}

/** Written into a run's folder once it is trained to the end. */
const FINISHED = "finished.json";

/**
 * Trains a run to its end, from wherever its folder stands: nothing is done
 * for one that is finished, one that was stopped goes on.
 *
 * @returns Its log.
 */
export function trainStudyRun<T>(
  backend: Backend<T>,
  { config, folder }: {
    readonly config: TrainConfig;
    readonly folder: string;
  },
  options: TrainStudyRunOptions = {},
): AsyncResult<RunError | Aborted, readonly LogRow[]> {
  const files = runFiles(folder);
  return async () => {
    const finished = await readBytes(`${folder}/${FINISHED}`)();
    if (finished._tag === "Right") return await readLog(files.log)();
    const data = await trainingData(config, { out: folder, ...options })();
    if (data._tag === "Left") return data;
    const run = await openRun(config, folder);
    if (run._tag === "Left") return run;
    const { started, release } = run.right;
    const trained = await train(backend, started, data.right, {
      ...options,
      watched: lastBlockWeights(config, Object.keys(started.trained)),
    })().finally(release);
    if (trained._tag === "Left") return trained;
    if (trained.right.stopped) return aborted("the study");
    const { step, best } = trained.right;
    const text = `${JSON.stringify({ step, best }, null, 1)}\n`;
    const written = await writeAtomic(`${folder}/${FINISHED}`, text)();
    if (written._tag === "Left") return left(written.left);
    return await readLog(files.log)();
  };
}

/** A run that no other process trains until it is let go. */
interface HeldRun {
  readonly started: StartedRun;
  readonly release: () => void;
}

/** The run in the folder, or a new one where there is none. */
async function openRun(
  config: TrainConfig,
  folder: string,
): Promise<Result<RunError, HeldRun>> {
  const there = await readBytes(runFiles(folder).config)();
  const fresh = there._tag === "Left"
    ? await startRun(config, folder)()
    : undefined;
  if (fresh?._tag === "Left") return fresh;
  const lock = await lockRun(folder)();
  if (lock._tag === "Left") return lock;
  const started = fresh ?? await resumeRun(folder)();
  if (started._tag === "Right") {
    return right({ started: started.right, release: lock.right });
  }
  lock.right();
  return started;
}
