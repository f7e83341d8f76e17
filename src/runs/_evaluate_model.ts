import type { Backend } from "../backends/backend.ts";
import type { DeviceFailedError } from "../backends/errors.ts";
import type { Result } from "../core/result.ts";
import type { DataError } from "../data/data_error.ts";
import { backboneStride } from "../nn/backbone_geometry.ts";
import { evaluationChoices } from "./_evaluation_choices.ts";
import type { imageSources } from "./_image_sources.ts";
import { right } from "./_result.ts";
import type { Aborted } from "./aborted.ts";
import { evaluateReadings } from "./evaluate_readings.ts";
import type { EvaluationInputs } from "./evaluation_inputs.ts";
import type {
  EvaluateModelsOptions,
  EvaluationSet,
  ModelEvaluation,
} from "./evaluation_plan.ts";
import { frozenFeatures } from "./frozen_features.ts";
import type { ImageSize } from "./load_image.ts";
import type { OpenedModel } from "./load_model.ts";
import { createPredictor, type Predictor } from "./predictor.ts";
import type { Reading } from "./reading.ts";
import { summarize } from "./summarize.ts";

/** One model and how it is evaluated. */
export interface ModelCase {
  /** What it is called. */
  readonly name: string;
  /** The model, with the coordinates it is evaluated by. */
  readonly model: OpenedModel;
  /** Sizes that pictures are resized to, in turn. */
  readonly sizes: readonly ImageSize[];
  /** Ways to read matches, at least one. */
  readonly readings: readonly Reading[];
}

/** What all models have in common. */
interface Context {
  readonly sets: readonly EvaluationSet[];
  readonly sourceOf: ReturnType<typeof imageSources>;
  readonly options: EvaluateModelsOptions;
}

/** What the evaluation of one model runs on, at one size. */
type SizedInputs<T> = Omit<EvaluationInputs<T>, "pairs">;

/** Evaluates one model at each size on each data set by each reading. */
export async function evaluateModel<T>(
  backend: Backend<T>,
  each: ModelCase,
  context: Context,
): Promise<
  Result<DataError | DeviceFailedError | Aborted, readonly ModelEvaluation[]>
> {
  const { model: { config, parameters }, sizes, readings } = each;
  const [first, ...alternatives] = readings as readonly [Reading];
  const predictor = createPredictor(backend, {
    ...first,
    config,
    baked: parameters,
    alternatives,
  });
  const evaluations: ModelEvaluation[] = [];
  for (const size of sizes) {
    const inputs = sizedInputs(backend, each, { ...context, predictor, size });
    for (const dataSet of context.sets) {
      const evaluated = await evaluateSet(backend, inputs, {
        ...each,
        ...context,
        size,
        dataSet,
      });
      if (evaluated._tag === "Left") return evaluated;
      evaluations.push(...evaluated.right);
    }
  }
  return right(evaluations);
}

function sizedInputs<T>(
  backend: Backend<T>,
  { model: { config, parameters } }: ModelCase,
  { sourceOf, options: { featureCache }, predictor, size }: Context & {
    readonly predictor: Predictor<T>;
    readonly size: ImageSize;
  },
): SizedInputs<T> {
  const { backbone } = config;
  const { load, ...ahead } = sourceOf(size, backboneStride(backbone));
  // Where features lie in a folder, the pixels may not be read at all.
  const reading = featureCache
    ? {
      prepare: frozenFeatures(backend, {
        backbone,
        parameters,
        upTo: "maps",
        load,
        size,
        folder: featureCache,
      }),
    }
    : ahead;
  return { config, predictor, load, ...reading };
}

async function evaluateSet<T>(
  backend: Backend<T>,
  inputs: SizedInputs<T>,
  { name, model, readings, options, size, dataSet }:
    & ModelCase
    & Context
    & { readonly size: ImageSize; readonly dataSet: EvaluationSet },
): Promise<
  Result<DataError | DeviceFailedError | Aborted, readonly ModelEvaluation[]>
> {
  const { folder, set, threshold = set.threshold } = dataSet;
  const { space, bootstrap } = options;
  const outcomes = await evaluateReadings(
    backend,
    { ...inputs, pairs: set.pairs },
    { ...options, threshold },
  )();
  if (outcomes._tag === "Left") return outcomes;
  return right(outcomes.right.map((outcome, r): ModelEvaluation => {
    const choices = evaluationChoices({
      name,
      model,
      backend: backend.name,
      folder,
      set,
      threshold,
      space,
      size,
      reading: readings[r] as Reading,
    });
    const result = summarize(outcome, choices, {
      ...(bootstrap && { bootstrap }),
    });
    return { result, outcomes: outcome.pairs };
  }));
}
