import { backboneStride } from "../nn/backbone_geometry.ts";
import { stepPlans, stepPrefetch } from "./_step_plans.ts";
import type { TrainingLoop } from "./_training_loop.ts";
import { frozenFeatures } from "./frozen_features.ts";
import { imageGroups } from "./image_groups.ts";
import { imageSource } from "./image_source.ts";
import { createPredictor } from "./predictor.ts";
import { preparePixels } from "./prepared_image.ts";
import { modelConfig, type TrainConfig } from "./train_config.ts";
import type { TrainingData } from "./training_data.ts";

/** Decoded pictures kept between steps, bytes. */
const IMAGE_CACHE_BYTES = 1 << 30;

/** What a run is given. */
export type GivenTraining<T> = Pick<
  TrainingLoop<T>,
  "backend" | "run" | "data" | "options"
>;

/** All that the steps of a run share. */
export function prepareTraining<T>(given: GivenTraining<T>): TrainingLoop<T> {
  const { backend, run, data, options } = given;
  const { config } = run;
  const model = modelConfig(config);
  const stride = backboneStride(model.backbone);
  const isFrozen = config.scope === "last";
  const { featureFolder, worker } = options;
  const images = imageSource({
    size: config.size,
    stride,
    // Of a picture whose features are kept the pixels are not read again.
    cacheBytes: isFrozen ? 0 : IMAGE_CACHE_BYTES,
    // Where features lie in a folder, the pixels are not read at all.
    ...(worker && featureFolder === undefined && { worker }),
  });
  const stepsPerEpoch = Math.ceil(
    data.train.pairs.length / (config.batch * config.accumulate),
  );
  const planOf = stepPlans(config, data.train);
  return {
    ...given,
    images,
    planOf,
    prefetch: stepPrefetch(images, {
      planOf,
      steps: stepsPerEpoch * config.epochs,
      isFrozen,
    }),
    prepare: isFrozen
      ? frozenFeatures(backend, {
        backbone: model.backbone,
        parameters: run.frozen,
        upTo: "trunk",
        load: images.load,
        size: config.size,
        ...(featureFolder && { folder: featureFolder }),
      })
      : preparePixels(images.load),
    predictor: createPredictor(backend, {
      config: model,
      betaEval: config.betaEval,
      sigmaCells: config.sigmaCells,
    }),
    stride,
    stepsPerEpoch,
    capacity: capacityOf(data, config),
  };
}

function capacityOf(
  { train }: TrainingData,
  { groupSize }: TrainConfig,
): number {
  const groups = groupSize === null ? new Map() : imageGroups(train.pairs);
  const named = [...groups.values()].flat().map(({ points }) => points.size);
  const listed = train.pairs.map(({ source }) => source.keypoints.length);
  return [...named, ...listed].reduce((most, n) => Math.max(most, n), 0);
}
