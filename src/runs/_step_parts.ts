import type { Backend, TensorMap } from "../backends/backend.ts";
import { valueAndGrad } from "../backends/tape.ts";
import { OptionError } from "../core/errors.ts";
import { meanOverPairs } from "../core/mean_over_pairs.ts";
import { objective } from "../core/objective.ts";
import { adam } from "../nn/adam.ts";
import { clipGradients } from "../nn/clip_gradients.ts";
import { featureMaps, pictureInputs } from "./_backbone_inputs.ts";
import { sizeOf } from "./_size_of.ts";
import { mapValues, prefixed, select } from "./_tensor_map.ts";
import { bakedParameters, modelTemperature } from "./model.ts";
import type { TrainStepOptions } from "./train_step.ts";

/** What one batch says of the parameters. */
export interface LossGradients<T> {
  /** `loss`, `crossEntropy`, `regularizer`, `betaA`, `betaB`: scalars. */
  readonly metrics: TensorMap<T>;
  /** Gradients of the loss by the names of the parameters. */
  readonly gradients: TensorMap<T>;
}

/** Forward, objective and backward of one batch, inside a program. */
export function lossGradients<T>(
  backend: Backend<T>,
  inputs: TensorMap<T>,
  options: TrainStepOptions,
): LossGradients<T> {
  const { model, frozen } = options;
  const still = bakedParameters(backend, frozen);
  const { value, aux, gradients } = valueAndGrad(
    backend,
    (tape, moving) => {
      const all = { ...mapValues(still, (x) => tape.lift(x)), ...moving };
      const lift = (name: string) => tape.lift(inputs[name] as T);
      const pictures = mapValues(pictureInputs(inputs), (x) => tape.lift(x));
      const maps = featureMaps(tape, all, pictures, model.backbone);
      const { value, betaA, betaB, ...parts } = objective(tape, {
        features: maps,
        indexA: lift("indexA"),
        indexB: lift("indexB"),
        queries: lift("queries"),
        points: lift("points"),
        weights: lift("weights"),
      }, {
        ...options,
        temperature: modelTemperature(model.temperature, all),
        normalize: model.normalize,
      });
      const mean = (betas: typeof betaA): typeof betaA =>
        meanOverPairs(tape, betas, lift("weights"));
      return {
        value,
        aux: { ...parts, betaA: mean(betaA), betaB: mean(betaB) },
      };
    },
  )(select(inputs, "parameters."));
  return { metrics: { loss: value, ...aux }, gradients };
}

/**
 * Clipping and Adam, inside a program: the next `parameters.*`, `m.*` and
 * `v.*`, where gradients are clipped the `gradientNorm` they had, and
 * `gradient.*` of those that are watched, before clipping.
 */
export function updateParameters<T>(
  backend: Backend<T>,
  { inputs, gradients }: {
    readonly inputs: TensorMap<T>;
    readonly gradients: TensorMap<T>;
  },
  { clipNorm = null, watched = [] }: Pick<
    TrainStepOptions,
    "clipNorm" | "watched"
  >,
): TensorMap<T> {
  const clipped = clipNorm === null
    ? undefined
    : clipGradients(backend, gradients, { maxNorm: clipNorm });
  const next = adam(backend, {
    parameters: select(inputs, "parameters."),
    gradients: clipped?.gradients ?? gradients,
    state: { m: select(inputs, "m."), v: select(inputs, "v.") },
    corrections: inputs["corrections"] as T,
    learningRate: (name) =>
      inputs[
        name.startsWith("temperature.")
          ? "temperatureLearningRate"
          : "learningRate"
      ] as T,
  });
  return {
    ...clipped && { gradientNorm: clipped.norm },
    ...prefixed(meanAbsolute(backend, gradients, watched), "gradient."),
    ...prefixed(next.parameters, "parameters."),
    ...prefixed(next.state.m, "m."),
    ...prefixed(next.state.v, "v."),
  };
}

/** Mean of `|x|` over all elements of those watched, scalars. */
function meanAbsolute<T>(
  backend: Backend<T>,
  gradients: TensorMap<T>,
  watched: readonly string[],
): TensorMap<T> {
  return Object.fromEntries(watched.map((name) => {
    const gradient = gradients[name];
    if (gradient === undefined) {
      const wanted = "names of trained parameters";
      throw new OptionError("trainStep", "watched", wanted, name);
    }
    const shape = backend.shape(gradient);
    const total = backend.sum(backend.abs(gradient), shape.map((_, i) => i));
    return [name, backend.div(total, sizeOf(shape))];
  }));
}
