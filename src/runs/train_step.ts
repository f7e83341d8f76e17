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
 *
 * @example
 * ```ts
 * import { ok } from "node:assert/strict";
 * import { referenceBackend } from "@simsc/core";
 * import { adamCorrections, initSingleTemperature } from "@simsc/core/nn";
 * import {
 *   batchTensors,
 *   drawnDefaults,
 *   modelConfig,
 *   startState,
 *   trainStep,
 * } from "@simsc/core/runs";
 *
 * const backend = referenceBackend();
 * const temperature = { kind: "single", start: 0.5 } as const;
 * const step = trainStep(backend, {
 *   ...drawnDefaults,
 *   model: modelConfig({ ...drawnDefaults, temperature }),
 *   frozen: {}, // maps are given: no backbone runs
 * });
 * const trained = initSingleTemperature(temperature);
 * const batch = batchTensors(backend, {
 *   // Two images of two cells, whose features are the axes.
 *   inputs: {
 *     maps: {
 *       shape: [2, 2, 1, 2],
 *       data: Float32Array.of(1, 0, 0, 1, 1, 0, 0, 1),
 *     },
 *   },
 *   indexA: [0],
 *   indexB: [1],
 *   queries: Float32Array.of(0, 0),
 *   points: Float32Array.of(0, 0),
 *   weights: Float32Array.of(1),
 * });
 * const next = await step({
 *   ...startState(backend, trained).tensors,
 *   ...batch,
 *   corrections: backend.tensor(adamCorrections(1), [2]),
 *   learningRate: backend.tensor([0.001], []),
 *   temperatureLearningRate: backend.tensor([0.01], []),
 * });
 * const softer = next["parameters.temperature.parameter"]!;
 * const [values] = await backend.read([softer]);
 * // The truth is spread over both cells by its kernel: a softer map is closer.
 * ok(Math.abs(values![0]! - 0.51) < 1e-6);
 * ```
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
