import type { AsyncResult } from "../core/result.ts";
import { writeAtomic } from "../data/files.ts";
import type { NamedTensors } from "../data/safetensors.ts";
import { right } from "./_result.ts";
import { splitParameters } from "./_split_parameters.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { decodeTrainConfig } from "./decode_train_config.ts";
import { initialModel } from "./initial_model.ts";
import type { RunError } from "./run_error.ts";
import { createRunFolder, type RunFiles } from "./run_folder.ts";
import type { TrainConfig } from "./train_config.ts";

/** A run that can be trained on. */
export interface StartedRun {
  /** Its files. */
  readonly files: RunFiles;
  /** What it was told. */
  readonly config: TrainConfig;
  /** Parameters that are trained, as the run starts or goes on. */
  readonly trained: NamedTensors;
  /** Parameters that are not. */
  readonly frozen: NamedTensors;
  /** Where it goes on; absent at the first step. */
  readonly checkpoint?: Checkpoint;
}

/**
 * Makes the folder of a new run and writes its configuration.
 *
 * @param config What the run is told.
 * @param out Folder of the run.
 * @returns The run, or why it cannot start; then nothing was written.
 */
export function startRun(
  config: TrainConfig,
  out: string,
): AsyncResult<RunError, StartedRun> {
  return async () => {
    const checked = decodeTrainConfig(config, "configuration");
    if (checked._tag === "Left") return checked;
    const model = await initialModel(config)();
    if (model._tag === "Left") return model;
    const folder = await createRunFolder(out)();
    if (folder._tag === "Left") return folder;
    const files = folder.right;
    const text = `${JSON.stringify(config, null, 2)}\n`;
    const written = await writeAtomic(files.config, text)();
    if (written._tag === "Left") return written;
    const { parameters } = model.right;
    return right({ files, config, ...splitParameters(config, parameters) });
  };
}
