/**
 * The optimiser of the paper, as a pure function.
 *
 * @module
 */

import type { Backend, Operand, TensorMap } from "../backends/backend.ts";
import { ShapeError } from "../core/errors.ts";
import { parameter } from "./_parameter.ts";
import { ADAM_DEFAULTS, type AdamOptions } from "./adam_corrections.ts";

/** What Adam remembers between steps; zeros before the first. */
export interface AdamState<T> {
  /** `sum_i beta1^(t - i) g_i`: PyTorch's `exp_avg` over `1 - beta1`. */
  readonly m: TensorMap<T>;
  /** `sum_i beta2^(t - i) g_i^2`: PyTorch's `exp_avg_sq` over `1 - beta2`. */
  readonly v: TensorMap<T>;
}

/** One step of {@linkcode adam}. */
export interface AdamStep<T> {
  /** Trained tensors, by name. */
  readonly parameters: TensorMap<T>;
  /** Gradient of the objective by each of them. */
  readonly gradients: TensorMap<T>;
  /** Moments of each of them. */
  readonly state: AdamState<T>;
  /** {@linkcode adamCorrections} of this step as a tensor `[2]`. */
  readonly corrections: T;
  /** Learning rate of a parameter, by its name: a number is part of the compiled step, a scalar tensor can follow a schedule. */
  readonly learningRate: (name: string) => Operand<T>;
  /** Decay rates; those given to {@linkcode adamCorrections}. */
  readonly options?: AdamOptions;
}

/** What {@linkcode adam} gives. */
export interface AdamResult<T> {
  /** Parameters after the step. */
  readonly parameters: TensorMap<T>;
  /** Moments after the step. */
  readonly state: AdamState<T>;
}

/**
 * One step of Adam with bias correction, equal to PyTorch's.
 *
 * For each parameter `p` with gradient `g` and learning rate `lr`
 * `M' = beta1 M + g`, `V' = beta2 V + g^2` and
 * `p' = p - lr rate M' / (sqrt(V') + guard)`. The moments are kept undivided:
 * their constant factors are part of `rate` and `guard`
 * ({@linkcode adamCorrections}), which saves two passes over every parameter.
 *
 * A gradient that is not finite makes its parameter so.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs; inside a compiled program all of it becomes
 * one graph with the gradients.
 * @param step Parameters, gradients, moments and rates.
 * @returns New parameters and moments, under the names of the parameters.
 * @throws {OptionError} If a parameter has no gradient or moment.
 * @throws {ShapeError} If `corrections` is not `[2]`.
 *
 * @example
 * ```ts
 * import { ok } from "node:assert/strict";
 * import { referenceBackend } from "@simsc/core";
 * import { adam, adamCorrections } from "@simsc/core/nn";
 *
 * const backend = referenceBackend();
 * const scalar = (x: number) => ({ p: backend.tensor([x], []) });
 * const next = adam(backend, {
 *   parameters: scalar(3),
 *   gradients: scalar(0.5),
 *   state: { m: scalar(0), v: scalar(0) },
 *   corrections: backend.tensor(adamCorrections(1), [2]),
 *   learningRate: () => 0.01,
 * });
 * const [p] = await backend.read([next.parameters["p"]!]);
 * ok(Math.abs(p![0]! - 2.99) < 1e-6); // the first step is the learning rate
 * ```
 */
export function adam<T>(
  backend: Backend<T>,
  step: AdamStep<T>,
): AdamResult<T> {
  const { parameters, gradients, state, corrections, learningRate } = step;
  const { beta1, beta2 } = { ...ADAM_DEFAULTS, ...step.options };
  const shape = backend.shape(corrections);
  if (shape.length !== 1 || shape[0] !== 2) {
    throw new ShapeError("adam", "corrections", "[2]", shape);
  }
  // Scalars, so that a scalar parameter keeps its rank.
  const rate = backend.reshape(backend.slice(corrections, [0], [1]), []);
  const guard = backend.reshape(backend.slice(corrections, [1], [1]), []);
  const rates = new Map<Operand<T>, T>();
  const next = Object.entries(parameters).map(([name, p]) => {
    const g = parameter("adam", "gradients", gradients, name);
    const oldM = parameter("adam", "state.m", state.m, name);
    const oldV = parameter("adam", "state.v", state.v, name);
    const lr = learningRate(name);
    const scaled = rates.get(lr) ?? backend.mul(rate, lr);
    rates.set(lr, scaled);
    const m = backend.add(backend.mul(oldM, beta1), g);
    const v = backend.add(backend.mul(oldV, beta2), backend.mul(g, g));
    const change = backend.div(m, backend.add(backend.sqrt(v), guard));
    return { name, p: backend.sub(p, backend.mul(change, scaled)), m, v };
  });
  return {
    parameters: Object.fromEntries(next.map(({ name, p }) => [name, p])),
    state: {
      m: Object.fromEntries(next.map(({ name, m }) => [name, m])),
      v: Object.fromEntries(next.map(({ name, v }) => [name, v])),
    },
  };
}
