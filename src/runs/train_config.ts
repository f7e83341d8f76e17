/**
 * What a training run is told, as plain data.
 *
 * @module
 */

import type { CoordinateRule } from "../core/coordinates.ts";
import type { TargetKind } from "../core/cross_entropy.ts";
import type { DataFormat, ReadingChoices } from "../data/read_pairs.ts";
import { backboneConfig } from "../nn/backbone_config.ts";
import type { Schedule } from "../nn/learning_rate_factor.ts";
import type { TrainableScope } from "../nn/trainable.ts";
import { backboneOptions } from "./_backbone_options.ts";
import type { Augmentation } from "./augment_plan.ts";
import type { BackendName, Lowering } from "./create_backend.ts";
import type { ModelConfig, TemperatureConfig } from "./model.ts";

/** Everything that changes what a run computes; written beside its results. */
export interface TrainConfig {
  /** Folder of a data set, or `procedural` for objects drawn here. */
  readonly data: string;
  /** Layout of the folder. */
  readonly format: DataFormat;
  /** Where keypoints of a csv layout come from: the csv, or `.mat` files. */
  readonly keypoints: "csv" | "mat";
  /** Further choices on how annotations are read; their defaults where left out. */
  readonly reading?: Omit<ReadingChoices, "keypoints">;
  /** Split that is trained on. */
  readonly trainSplit: string;
  /** Split that chooses the best checkpoint. */
  readonly validationSplit: string;
  /** Name of the backbone. */
  readonly backbone: string;
  /** Blocks (ViT, from 0) or layers (ResNet, 1 to 3) that are read; the last by default. */
  readonly layers?: readonly number[];
  /** Whether a ViT's final layer norm is applied; by its family by default. */
  readonly finalNorm?: boolean;
  /** File of its weights; `null` for random ones. */
  readonly weights: string | null;
  /** How much of the backbone is trained. */
  readonly scope: TrainableScope;
  /** Where the temperature comes from. */
  readonly temperature: TemperatureConfig;
  /** Whether features are L2-normalised. */
  readonly normalize: boolean;
  /** Passes over the training pairs. */
  readonly epochs: number;
  /** Pairs of one pass, and by their count the steps of an epoch. */
  readonly batch: number;
  /** Passes whose gradients one step sums up, as if they were one batch. */
  readonly accumulate: number;
  /**
   * Images of one category that a pass matches each with each; `null` for
   * plain batches of annotated pairs.
   */
  readonly groupSize: number | null;
  /** Such groups in a pass; not read where `groupSize` is `null`. */
  readonly groups: number;
  /** What is done to pictures at random; nothing where left out, as in the paper. */
  readonly augment?: readonly Augmentation[];
  /** Adam's rate for the backbone. */
  readonly learningRate: number;
  /** Adam's rate for the temperature. */
  readonly temperatureLearningRate: number;
  /** Largest norm of all gradients together; `null` leaves them as they are. */
  readonly clipNorm: number | null;
  /** How both rates run: constant as in the paper, or half a cosine. */
  readonly schedule: Schedule;
  /** Steps over which both rates rise. */
  readonly warmup: number;
  /** γ, weight of the regulariser. */
  readonly gamma: number;
  /** β_thres of the regulariser. */
  readonly threshold: number;
  /** Side of the supervised region in cells. */
  readonly ns: number;
  /** Side of the Gaussian kernel in cells. */
  readonly nk: number;
  /** Width of the soft-argmax kernel in cells. */
  readonly sigmaCells: number;
  /** How the ground truth meets the map. */
  readonly target: TargetKind;
  /** How pixels and cells correspond. */
  readonly coordinates: CoordinateRule;
  /** Side that pictures are resized to, in pixels. */
  readonly size: number;
  /** Temperature of validation and report: the model's own, or a number. */
  readonly betaEval: "auto" | number;
  /** Names the start of the weights and the order of the pairs. */
  readonly seed: number;
  /** Steps between two validations. */
  readonly validateEvery: number | "epoch";
  /** Steps between two checkpoints. */
  readonly checkpointEvery: number;
  /** Device the run started on, where it goes on; `auto` picks one. */
  readonly backend: BackendName | "auto";
  /** How ONNX Runtime's models are written: their last digits differ. */
  readonly lowering: Lowering;
}

/** The paper's settings (Sec. 4.2) with all of the backbone trained. */
export const paperDefaults: TrainConfig = {
  data: "procedural",
  format: "spair",
  keypoints: "csv",
  trainSplit: "trn",
  validationSplit: "val",
  backbone: "resnet101",
  weights: null,
  scope: "full",
  temperature: { kind: "mlp" },
  normalize: true,
  epochs: 10,
  batch: 4,
  accumulate: 1,
  groupSize: null,
  groups: 1,
  learningRate: 2e-5,
  temperatureLearningRate: 1e-4,
  clipNorm: null,
  schedule: "constant",
  warmup: 0,
  gamma: 0.2,
  threshold: 0.1,
  ns: 3,
  nk: 5,
  sigmaCells: 7,
  target: "sampled",
  coordinates: "simple",
  size: 256,
  betaEval: "auto",
  seed: 0,
  validateEvery: "epoch",
  checkpointEvery: 100,
  backend: "auto",
  lowering: "auto",
};

/**
 * Settings for a small backbone that learns from nothing on drawn objects in
 * minutes; the loss is the paper's. Without batch norm the size of its features
 * wanders, so the temperature module starts near βᴬ βᴮ = 0.05 and learns
 * slowly: at the paper's rate it can collapse to 0.
 */
export const drawnDefaults: TrainConfig = {
  ...paperDefaults,
  backbone: "tiny",
  temperature: { kind: "mlp", start: 0.22 },
  epochs: 4,
  batch: 12,
  groupSize: 4,
  groups: 4,
  learningRate: 2e-3,
  temperatureLearningRate: 2e-5,
  schedule: "cosine",
  warmup: 50,
};

/**
 * The model that a configuration trains.
 *
 * @example
 * ```ts
 * import { deepStrictEqual, equal } from "node:assert/strict";
 * import { modelConfig, paperDefaults } from "@simsc/core/runs";
 *
 * const { backbone, temperature } = modelConfig(paperDefaults);
 * equal(backbone.name, "resnet101");
 * deepStrictEqual(temperature, { kind: "mlp" });
 * ```
 */
export function modelConfig(config: TrainConfig): ModelConfig {
  const { backbone, temperature, normalize, coordinates } = config;
  return {
    backbone: backboneConfig(backbone, backboneOptions(config)),
    temperature,
    normalize,
    coordinates,
  };
}
