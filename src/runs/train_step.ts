/**
 * One step of training as one program.
 *
 * @module
 */

import type { Backend, CompiledProgram } from "../backends/backend.ts";
import { valueAndGrad } from "../backends/tape.ts";
import { meanOverPairs } from "../core/mean_over_pairs.ts";
import { objective, type ObjectiveOptions } from "../core/objective.ts";
import type { NamedTensors } from "../data/safetensors.ts";
import { adam } from "../nn/adam.ts";
import { backboneFeatures } from "../nn/backbone_features.ts";
import { mapValues, prefixed, select } from "./_tensor_map.ts";
import {
  bakedParameters,
  type ModelConfig,
  modelTemperature,
} from "./model.ts";

/** Options of {@linkcode trainStep}. */
export interface TrainStepOptions
  extends Omit<ObjectiveOptions<never>, "temperature" | "normalize"> {
  /** What the model is. */
  readonly model: ModelConfig;
  /** Parameters that do not change: baked into the program. */
  readonly frozen: NamedTensors;
}

/**
 * Compiles forward, objective, backward and Adam into one program.
 *
 * In: `images [I, 3, H, W]`, `indexA [P]`, `indexB [P]`, `queries [P, K, 2]`,
 * `points [P, K, 2]`, `weights [P, K]`, Adam's `corrections [2]`, the scalar
 * rates `learningRate` and `temperatureLearningRate`, and for every trained
 * parameter `parameters.*`, `m.*`, `v.*`. Out: `loss`, `crossEntropy`,
 * `regularizer`, `betaA`, `betaB` (means over the pairs) and the next
 * parameters and moments under the same names. Each image passes the backbone
 * once, however many pairs it is in.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param options Model and loss.
 * @returns The compiled step.
 */
export function trainStep<T>(
  backend: Backend<T>,
  options: TrainStepOptions,
): CompiledProgram<T> {
  const { model, frozen } = options;
  return backend.compile((inputs) => {
    const data = (name: string): T => inputs[name] as T;
    const parameters = select(inputs, "parameters.");
    const still = bakedParameters(backend, frozen);
    const { value, aux, gradients } = valueAndGrad(
      backend,
      (tape, moving) => {
        const all = { ...mapValues(still, (x) => tape.lift(x)), ...moving };
        const lift = (name: string) => tape.lift(data(name));
        const maps = backboneFeatures(
          tape,
          all,
          lift("images"),
          model.backbone,
        );
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
    )(parameters);
    const next = adam(backend, {
      parameters,
      gradients,
      state: { m: select(inputs, "m."), v: select(inputs, "v.") },
      corrections: data("corrections"),
      learningRate: (name) =>
        data(
          name.startsWith("temperature.")
            ? "temperatureLearningRate"
            : "learningRate",
        ),
    });
    return {
      loss: value,
      ...aux,
      ...prefixed(next.parameters, "parameters."),
      ...prefixed(next.state.m, "m."),
      ...prefixed(next.state.v, "v."),
    };
  });
}
