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
 *
 * @example
 * ```ts
 * import { deepStrictEqual, ok } from "node:assert/strict";
 * import { mkdtemp, rm } from "node:fs/promises";
 * import { drawnDefaults, readTrainConfig, startRun } from "@simsc/core/runs";
 *
 * const folder = await mkdtemp("runs-");
 * const out = `${folder}/first`;
 * const run = await startRun({ ...drawnDefaults, scope: "last" }, out)();
 * if (run._tag === "Left") throw new Error(run.left.message);
 * const { trained, frozen, config } = run.right;
 * ok("temperature.w1" in trained && "conv1.weight" in frozen);
 * const written = await readTrainConfig(out)();
 * deepStrictEqual(written._tag === "Right" && written.right, config);
 * await rm(folder, { recursive: true });
 * ```
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
