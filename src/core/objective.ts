import type { Backend } from "../backends/backend.ts";
import { maskPoints } from "./_mask_points.ts";
import { queryCount } from "./_query_count.ts";
import { meanOverPairs } from "./mean_over_pairs.ts";
import { axes, someKeypoint } from "./_shape.ts";
import type { FeaturePair } from "./correlate.ts";
import { crossEntropy, type CrossEntropyOptions } from "./cross_entropy.ts";
import { OptionError } from "./errors.ts";
import { l2Normalize } from "./l2_normalize.ts";
import { matchMaps } from "./match_maps.ts";
import { partialTemperature, type Temperature } from "./temperature.ts";
import { temperatureRegularizer } from "./temperature_regularizer.ts";

/** Feature maps of some images, and which of them make a pair. */
export interface SharedFeatures<T> {
  /** `[I, C, h, w]`, each image once, however many pairs it is in. */
  readonly features: T;
  /** Image A of each pair, `[B]`, whole numbers from 0 to `I - 1`. */
  readonly indexA: T;
  /** Image B of each pair, as `indexA`. */
  readonly indexB: T;
}

/** Keypoints of a batch of pairs. */
export interface PairPoints<T> {
  /** Keypoints of A, `[B, K, 2]`, (x, y) in cells of A. */
  readonly queries: T;
  /** Their true matches, `[B, K, 2]`, (x, y) in cells of B. */
  readonly points: T;
  /** `[B, K]`, 1 for a keypoint and 0 for padding; all 1 by default. */
  readonly weights?: T;
}

/** A batch of annotated pairs: maps pair by pair, or shared between pairs. */
export type ObjectiveInputs<T> =
  & PairPoints<T>
  & (FeaturePair<T> | SharedFeatures<T>);

/** Options of {@linkcode objective}. */
export interface ObjectiveOptions<T> extends CrossEntropyOptions {
  /** Where the temperature comes from. */
  readonly temperature: Temperature<T>;
  /** γ >= 0, weight of the regulariser; 0.2 in the paper, 0 leaves it out. */
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
 * the backbone. A fixed temperature is not regularised; with γ = 0 none is, but
 * the regulariser is reported. `m` images of one category make up to `m (m - 1)`
 * ordered pairs: given as `features` with two index lists, each passes the
 * backbone once.
 *
 * Neither point of a keypoint of weight 0 reaches the loss or a gradient, whatever
 * it holds. The features of a pair without any weight do not reach the loss, but
 * must be finite for the gradients to be.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs; a tape for gradients.
 * @param inputs Feature maps, keypoints and weights.
 * @param options Temperature, loss and regulariser.
 * @returns The loss, its parts and the temperatures.
 * @throws {ShapeError} If shapes disagree or there is no keypoint.
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
  const fn = "objective";
  const { gamma } = options;
  if (!(gamma >= 0 && Number.isFinite(gamma))) {
    throw new OptionError(fn, "gamma", "a finite number >= 0", gamma);
  }
  const { a, b } = "features" in inputs
    ? sharedSides(backend, inputs, options)
    : pairSides(backend, inputs, options);
  const [batch = 0] = backend.shape(a.map);
  queryCount(backend, fn, inputs.queries, batch);
  someKeypoint(fn, "queries", backend.shape(inputs.queries));
  const maps = matchMaps(backend, {
    featuresA: a.map,
    featuresB: b.map,
    queries: maskPoints(backend, fn, {
      values: inputs.queries,
      weights: inputs.weights,
    }),
  }, { betaA: a.beta, betaB: b.beta, normalize: false });
  const ce = crossEntropy(backend, { ...inputs, maps }, options);
  const penalty = (beta: T): T =>
    temperatureRegularizer(backend, beta, options);
  const regularizer = options.temperature.kind === "fixed"
    ? backend.constant([0], [])
    : meanOverPairs(
      backend,
      backend.div(backend.add(penalty(a.beta), penalty(b.beta)), 2),
      inputs.weights,
    );
  return {
    // Not 0 times it: that is NaN where it is not finite, in a gradient too.
    value: gamma === 0 ? ce : backend.add(ce, backend.mul(regularizer, gamma)),
    crossEntropy: ce,
    regularizer,
    betaA: a.beta,
    betaB: b.beta,
  };
}

/** Image A or B of every pair: its map, normalised where asked, and its temperature. */
interface Side<T> {
  /** `[B, C, h, w]`. */
  readonly map: T;
  /** `[B]`. */
  readonly beta: T;
}

interface Sides<T> {
  readonly a: Side<T>;
  readonly b: Side<T>;
}

function pairSides<T>(
  backend: Backend<T>,
  { featuresA, featuresB }: FeaturePair<T>,
  options: ObjectiveOptions<T>,
): Sides<T> {
  return {
    a: side(backend, "featuresA", featuresA, options),
    b: side(backend, "featuresB", featuresB, options),
  };
}

/** Everything that depends on one image alone is done once for it. */
function sharedSides<T>(
  backend: Backend<T>,
  { features, indexA, indexB }: SharedFeatures<T>,
  options: ObjectiveOptions<T>,
): Sides<T> {
  const { map, beta } = side(backend, "features", features, options);
  const pick = (index: T): Side<T> => ({
    map: backend.gather(map, index),
    beta: backend.gather(beta, index),
  });
  return { a: pick(indexA), b: pick(indexB) };
}

function side<T>(
  backend: Backend<T>,
  name: string,
  features: T,
  { temperature, normalize = true }: ObjectiveOptions<T>,
): Side<T> {
  const shape = backend.shape(features);
  const [count] = axes("objective", name, shape, ["B", "C", "h", "w"]);
  const beta = partialTemperature(backend, features, temperature);
  const tensor = typeof beta === "number" ? backend.constant([beta], []) : beta;
  return {
    map: normalize ? l2Normalize(backend, features) : features,
    beta: backend.broadcastTo(tensor, [count]),
  };
}
