import type { Backend, Operand } from "../backends/backend.ts";
import { axes } from "./_shape.ts";
import type { FeaturePair } from "./correlate.ts";
import { crossEntropy, type CrossEntropyOptions } from "./cross_entropy.ts";
import { OptionError } from "./errors.ts";
import { matchMaps } from "./match_maps.ts";
import { partialTemperature, type Temperature } from "./temperature.ts";
import { temperatureRegularizer } from "./temperature_regularizer.ts";

/** A batch of annotated pairs, as {@linkcode objective} takes it. */
export interface ObjectiveInputs<T> extends FeaturePair<T> {
  /** Keypoints of A, `[B, K, 2]`, (x, y) in cells of A. */
  readonly queries: T;
  /** Their true matches, `[B, K, 2]`, (x, y) in cells of B. */
  readonly points: T;
  /** `[B, K]`, 1 for a keypoint and 0 for padding; all 1 by default. */
  readonly weights?: T;
}

/** Options of {@linkcode objective}. */
export interface ObjectiveOptions<T> extends CrossEntropyOptions {
  /** Where the temperature comes from. */
  readonly temperature: Temperature<T>;
  /** γ >= 0, weight of the regulariser; 0.2 in the paper. */
  readonly gamma: number;
  /** β_thres > 0 of the regulariser; 0.1 in the paper. */
  readonly threshold: number;
  /** Whether features are L2-normalised; `true` by default. */
  readonly normalize?: boolean;
}

/** The loss and what it is made of. */
export interface Objective<T> {
  /** `L_ce + γ L_reg`, scalar `[]`. */
  readonly value: T;
  /** Cross-entropy, scalar `[]`. */
  readonly crossEntropy: T;
  /** Regulariser averaged over A, B and the batch, scalar `[]`. */
  readonly regularizer: T;
  /** βᴬ of each pair, `[B]`. */
  readonly betaA: T;
  /** βᴮ of each pair, `[B]`. */
  readonly betaB: T;
}

/**
 * What SimSC minimises over a batch of pairs (SimSC, Eq. 7):
 * `L = L_ce + γ (L_reg(βᴬ) + L_reg(βᴮ)) / 2`.
 *
 * The features that the temperature module reads carry no gradient back into
 * the backbone. A fixed temperature is not regularised.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs; a tape for gradients.
 * @param inputs Feature maps, keypoints and weights.
 * @param options Temperature, loss and regulariser.
 * @returns The loss, its parts and the temperatures.
 * @throws {ShapeError} If shapes disagree.
 * @throws {OptionError} If an option lies outside its range.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { objective, referenceBackend } from "@simsc/core";
 *
 * const backend = referenceBackend();
 * const map = backend.tensor([1, 0, 0, 1], [1, 2, 1, 2]);
 * const queries = backend.tensor([0, 0], [1, 1, 2]);
 * const loss = objective(
 *   backend,
 *   { featuresA: map, featuresB: map, queries, points: queries },
 *   {
 *     temperature: { kind: "fixed", beta: 1 },
 *     target: "sampled",
 *     ns: 1,
 *     nk: 1,
 *     gamma: 0.2,
 *     threshold: 0.1,
 *   },
 * );
 * const [value] = await backend.read([loss.value]);
 * // Scores 1 and 0, truth on the first: log(1 + 1/e).
 * strictEqual(value![0]!.toFixed(9), Math.log(1 + 1 / Math.E).toFixed(9));
 * ```
 */
export function objective<T>(
  backend: Backend<T>,
  inputs: ObjectiveInputs<T>,
  options: ObjectiveOptions<T>,
): Objective<T> {
  const { featuresA, featuresB, queries } = inputs;
  const { temperature, gamma, normalize = true } = options;
  if (!(gamma >= 0 && Number.isFinite(gamma))) {
    throw new OptionError("objective", "gamma", "a finite number >= 0", gamma);
  }
  const betaA = partialTemperature(backend, featuresA, temperature);
  const betaB = partialTemperature(backend, featuresB, temperature);
  const maps = matchMaps(backend, { featuresA, featuresB, queries }, {
    betaA,
    betaB,
    normalize,
  });
  const ce = crossEntropy(backend, { ...inputs, maps }, options);
  const shape = backend.shape(featuresA);
  const [batch] = axes("objective", "featuresA", shape, ["B", "C", "h", "w"]);
  const each = {
    a: spread(backend, betaA, batch),
    b: spread(backend, betaB, batch),
  };
  const penalty = (beta: T): T =>
    backend.sum(temperatureRegularizer(backend, beta, options), [0]);
  const regularizer = temperature.kind === "fixed"
    ? backend.constant([0], [])
    : backend.reshape(
      backend.div(backend.add(penalty(each.a), penalty(each.b)), 2 * batch),
      [],
    );
  return {
    value: backend.add(ce, backend.mul(regularizer, gamma)),
    crossEntropy: ce,
    regularizer,
    betaA: each.a,
    betaB: each.b,
  };
}

function spread<T>(
  backend: Backend<T>,
  beta: Operand<T>,
  batch: number,
): T {
  const tensor = typeof beta === "number" ? backend.constant([beta], []) : beta;
  return backend.broadcastTo(tensor, [batch]);
}
