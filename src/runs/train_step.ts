/**
 * One step of training as one program.
 *
 * @module
 */

import type { Backend, CompiledProgram } from "../backends/backend.ts";
import type { ObjectiveOptions } from "../core/objective.ts";
import type { NamedTensors } from "../data/safetensors.ts";
import { lossGradients, updateParameters } from "./_step_parts.ts";
import type { ModelConfig } from "./model.ts";

/** Options of {@linkcode trainStep}. */
export interface TrainStepOptions
  extends Omit<ObjectiveOptions<never>, "temperature" | "normalize"> {
  /** What the model is. */
  readonly model: ModelConfig;
  /** Parameters that do not change: baked into the program. */
  readonly frozen: NamedTensors;
  /** Largest norm of all gradients together, > 0; `null`, the default, leaves them. */
  readonly clipNorm?: number | null;
  /** Trained parameters whose mean absolute gradient is an output; none by default. */
  readonly watched?: readonly string[];
}

/**
 * Compiles forward, objective, backward and Adam into one program.
 *
 * In: what was prepared of the pictures (see `PreparedImage`), `images [I, 3,
 * H, W]` or `trunk.*` where all that runs before the trained block was run
 * once and for all; `indexA [P]`, `indexB [P]`, `queries [P, K, 2]`,
 * `points [P, K, 2]`, `weights [P, K]`, Adam's `corrections [2]`, the scalar
 * rates `learningRate` and `temperatureLearningRate`, and for every trained
 * parameter `parameters.*`, `m.*`, `v.*`. Out: `loss`, `crossEntropy`,
 * `regularizer`, `betaA`, `betaB` (means over the pairs), with `clipNorm` also
 * `gradientNorm` (before clipping), for every watched parameter `gradient.*`
 * (the mean absolute one, before clipping), and the next parameters and moments
 * under the same names. Each image passes the backbone once, however many pairs it
 * is in.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param options Model and loss.
 * @returns The compiled step.
 * @throws {OptionError} When it first runs, if a watched parameter is not
 *   trained.
 */
export function trainStep<T>(
  backend: Backend<T>,
  options: TrainStepOptions,
): CompiledProgram<T> {
  return backend.compile((inputs) => {
    const { metrics, gradients } = lossGradients(backend, inputs, options);
    return {
      ...metrics,
      ...updateParameters(backend, { inputs, gradients }, options),
    };
  });
}
