import type { Backend } from "../backends/backend.ts";
import type { Result } from "../core/result.ts";
import type { StepPlans } from "./_step_plans.ts";
import type { ImageSource } from "./image_source.ts";
import type { Predictor } from "./predictor.ts";
import type { ImagePreparer } from "./prepared_image.ts";
import type { RunError } from "./run_error.ts";
import type { StartedRun } from "./start_run.ts";
import type { TrainOptions } from "./train.ts";
import type { TrainingData } from "./training_data.ts";
import { checkpointOf, type TrainingState } from "./training_state.ts";
import { writeCheckpoint } from "./write_checkpoint.ts";

/** What stays the same from step to step of a run. */
export interface TrainingLoop<T> {
  /** Where it runs. */
  readonly backend: Backend<T>;
  /** What the run was told, its files and its frozen parameters. */
  readonly run: StartedRun;
  /** Both splits. */
  readonly data: TrainingData;
  /** Reads pictures, keeps them, and decodes ahead. */
  readonly images: ImageSource;
  /** Images and pairs of a step (from 0). */
  readonly planOf: StepPlans;
  /** While a step runs, has the pictures of those after it decoded. */
  readonly prefetch: (step: number) => void;
  /** What a step and a validation read of a picture. */
  readonly prepare: ImagePreparer;
  /** The model for validations, parameters fed. */
  readonly predictor: Predictor<T>;
  /** Signal and progress. */
  readonly options: TrainOptions;
  /** Pixels between two cells of a feature map. */
  readonly stride: number;
  /** Steps of an epoch. */
  readonly stepsPerEpoch: number;
  /** Room for the keypoints of any pair: all steps then have one shape. */
  readonly capacity: number;
}

/** Steps of the whole run. */
export function totalSteps<T>(
  { stepsPerEpoch, run }: Pick<TrainingLoop<T>, "stepsPerEpoch" | "run">,
): number {
  return stepsPerEpoch * run.config.epochs;
}

/** Writes the state as a checkpoint. */
export async function save<T>(
  { backend, run, stepsPerEpoch }: TrainingLoop<T>,
  state: TrainingState<T>,
  file: string,
): Promise<Result<RunError, void>> {
  const checkpoint = await checkpointOf(backend, state, {
    ...run,
    stepsPerEpoch,
  });
  return await writeCheckpoint(file, checkpoint)();
}
