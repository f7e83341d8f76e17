/**
 * The beginning of a run, new or resumed.
 *
 * @module
 */

import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { AsyncResult, Result } from "../core/result.ts";
import { type DataError, malformedFile } from "../data/data_error.ts";
import { readBytes, writeAtomic } from "../data/files.ts";
import { decodeSafetensors, type NamedTensors } from "../data/safetensors.ts";
import { checkParameters } from "../nn/check_parameters.ts";
import type { ResnetConfig } from "../nn/resnet_config.ts";
import { resnetShapes } from "../nn/resnet_shapes.ts";
import { trainable } from "../nn/trainable.ts";
import { checkArchitecture } from "./check_architecture.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { decodeTrainConfig } from "./decode_train_config.ts";
import { initModel, type Model } from "./model.ts";
import { readCheckpoint } from "./read_checkpoint.ts";
import { resumeLog } from "./resume_log.ts";
import type { RunError } from "./run_error.ts";
import { createRunFolder, type RunFiles, runFiles } from "./run_folder.ts";
import { modelConfig, type TrainConfig } from "./train_config.ts";

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
    const model = await startModel(config);
    if (model._tag === "Left") return model;
    const files = await createRunFolder(out)();
    if (files._tag === "Left") return files;
    const text = `${JSON.stringify(config, null, 2)}\n`;
    const written = await writeAtomic(files.right.config, text)();
    if (written._tag === "Left") return written;
    return right({ files: files.right, config, ...model.right });
  };
}

/**
 * Takes up a run where its last checkpoint is; one that was stopped before its
 * first starts anew. Later rows of the log are dropped.
 *
 * @param out Folder of the run.
 * @returns The run, or which file cannot be read.
 */
export function resumeRun(out: string): AsyncResult<RunError, StartedRun> {
  return async () => {
    const files = runFiles(out);
    const config = await readTrainConfig(out)();
    if (config._tag === "Left") return config;
    const last = await readCheckpoint(files.last)();
    if (last._tag === "Left") {
      if (last.left._tag !== "MissingFile") return last;
      const model = await startModel(config.right);
      if (model._tag === "Left") return model;
      const emptied = await writeAtomic(files.log, "")();
      return emptied._tag === "Left"
        ? emptied
        : right({ files, config: config.right, ...model.right });
    }
    const { backbone, temperature } = modelConfig(config.right);
    const checked = checkArchitecture(last.right, {
      backbone: { ...backbone },
      temperature: { ...temperature },
    }, files.last);
    if (checked._tag === "Left") return checked;
    const log = await resumeLog(files.log, last.right.step)();
    if (log._tag === "Left") return log;
    // What is frozen comes from the checkpoint: the weights file may be gone.
    return right({
      files,
      config: config.right,
      ...split(config.right, last.right.parameters),
      checkpoint: last.right,
    });
  };
}

/**
 * Reads backbone weights and checks them against a configuration.
 *
 * @param file A safetensors file in torchvision's names.
 * @param config Which ResNet it must be.
 * @returns The tensors the network reads, or what is missing or mis-shaped.
 */
export function readBackbone(
  file: string,
  config: ResnetConfig,
): AsyncResult<DataError, NamedTensors> {
  return async () => {
    const bytes = await readBytes(file)();
    if (bytes._tag === "Left") return bytes;
    const decoded = decodeSafetensors(bytes.right, file);
    if (decoded._tag === "Left") return decoded;
    const { tensors } = decoded.right;
    const form = checkParameters(tensors, config);
    if (form._tag === "Left") {
      const { message } = form.left;
      return left(
        malformedFile(file, "tensors", "those of the backbone", message),
      );
    }
    return right(pick(tensors, Object.keys(resnetShapes(config, form.right))));
  };
}

/**
 * The model before the first step, from its configuration alone.
 *
 * @param config What the run is told.
 * @returns The model, or why its weights cannot be read.
 */
export function initialModel(
  config: TrainConfig,
): AsyncResult<DataError, Model> {
  return async () => {
    const model = modelConfig(config);
    const weights = config.weights === null
      ? right(undefined)
      : await readBackbone(config.weights, model.backbone)();
    if (weights._tag === "Left") return weights;
    const generator = xoroshiro128plus(config.seed);
    return right(initModel(generator, model, weights.right));
  };
}

async function startModel(
  config: TrainConfig,
): Promise<Result<RunError, Pick<StartedRun, "trained" | "frozen">>> {
  const model = await initialModel(config)();
  if (model._tag === "Left") return model;
  return right(split(config, model.right.parameters));
}

/** Parameters that the configuration trains, and the rest. */
function split(
  config: TrainConfig,
  parameters: NamedTensors,
): Pick<StartedRun, "trained" | "frozen"> {
  const names = Object.keys(parameters);
  const { backbone } = modelConfig(config);
  const moving = new Set([
    ...trainable(names, { config: backbone, scope: config.scope }),
    ...names.filter((name) => name.startsWith("temperature.")),
  ]);
  return {
    trained: pick(parameters, names.filter((name) => moving.has(name))),
    frozen: pick(parameters, names.filter((name) => !moving.has(name))),
  };
}

/**
 * What a run was told.
 *
 * @param out Folder of the run.
 * @returns Its configuration, or why it cannot be read.
 */
export function readTrainConfig(
  out: string,
): AsyncResult<DataError, TrainConfig> {
  const file = runFiles(out).config;
  return async () => {
    const bytes = await readBytes(file)();
    if (bytes._tag === "Left") return bytes;
    try {
      const json = JSON.parse(new TextDecoder().decode(bytes.right));
      return decodeTrainConfig(json, file);
    } catch (cause) {
      const got = (cause as Error).message;
      return left(malformedFile(file, "file", "JSON", got, cause));
    }
  };
}

function pick(tensors: NamedTensors, names: readonly string[]): NamedTensors {
  return Object.fromEntries(
    names.flatMap((name) => {
      const tensor = tensors[name];
      return tensor ? [[name, tensor] as const] : [];
    }),
  );
}

function left<E>(error: E): Result<E, never> {
  return { _tag: "Left", left: error };
}

function right<A>(value: A): Result<never, A> {
  return { _tag: "Right", right: value };
}
