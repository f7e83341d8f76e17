import type { Backend } from "../backends/backend.ts";
import {
  gaussianWindow,
  type GaussianWindowOptions,
  type WindowAxis,
} from "./_gaussian_window.ts";
import { maskPoints } from "./_mask_points.ts";
import { meanOverPairs } from "./mean_over_pairs.ts";
import { meanOverPoints } from "./_mean_over_points.ts";
import { axes, someKeypoint } from "./_shape.ts";
import { OptionError, ShapeError } from "./errors.ts";
import { gaussianTarget } from "./gaussian_target.ts";
import { logSoftmax, logSumExp } from "./log_softmax.ts";

/** How the ground truth meets the probability map; published losses differ here. */
export type TargetKind = "sampled" | "splat";

/** Options of {@linkcode crossEntropy}. */
export interface CrossEntropyOptions extends GaussianWindowOptions {
  /** `sampled` reads the map at sub-pixel offsets, `splat` spreads the truth over cells. */
  readonly target: TargetKind;
}

/** Inputs of {@linkcode crossEntropy}. */
export interface CrossEntropyInputs<T> {
  /** Scores over temperature, `[B, K, h, w]`. */
  readonly maps: T;
  /** True matches `[B, K, 2]`, (x, y) in cells of the map. */
  readonly points: T;
  /** `[B, K]`, 1 for a keypoint and 0 for padding; all 1 by default. */
  readonly weights?: T;
}

/** Stands for log 0 where a bilinear weight vanishes: finite, so that 0 times it is 0. */
const LOG_ZERO = -1e9;
const SMALLEST_WEIGHT = 1e-30;

/**
 * Cross-entropy of score maps against sub-pixel ground truth (SimSC, Eq. 3).
 *
 * `splat`: `-Σ_n T[n] log φ(M)[n]` with the dense {@linkcode gaussianTarget}.
 * `sampled`: `-Σ_o w_o log φ(M)(p + o)`, where `φ(M)(·)` is bilinear, computed
 * as the log-sum-exp of log weight + log-softmax, so that it stays finite at
 * temperatures where the plain form is NaN.
 *
 * The mean is over the keypoints of a pair by their weights, then over the
 * pairs; a pair whose weights are all 0 does not count. Neither map nor point of
 * a keypoint of weight 0 reaches the loss, whatever they hold, and the point no
 * gradient; where that map is not finite, the gradient by it is NaN, by no other
 * map. A NaN in a map that counts gives NaN.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param inputs Maps, true points and weights.
 * @param options Kind of target, window and kernel.
 * @returns A scalar `[]`, at least 0, in nats.
 * @throws {ShapeError} If shapes disagree or there is no keypoint.
 * @throws {OptionError} If an option lies outside its range.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { crossEntropy, referenceBackend } from "@simsc/core";
 *
 * const backend = referenceBackend();
 * const maps = backend.tensor([0, 0, 0, 0], [1, 1, 2, 2]); // uniform
 * const points = backend.tensor([0.3, 0.8], [1, 1, 2]);
 * const loss = crossEntropy(backend, { maps, points }, {
 *   target: "sampled",
 *   ns: 1,
 *   nk: 1,
 * });
 * const [value] = await backend.read([loss]);
 * strictEqual(value![0]!.toFixed(9), Math.log(4).toFixed(9));
 * ```
 */
export function crossEntropy<T>(
  backend: Backend<T>,
  { maps, points, weights }: CrossEntropyInputs<T>,
  options: CrossEntropyOptions,
): T {
  const fn = "crossEntropy";
  const shape = backend.shape(maps);
  const [b, k, h, w] = axes(fn, "maps", shape, ["B", "K", "h", "w"]);
  someKeypoint(fn, "maps", shape);
  const pointShape = backend.shape(points);
  if (pointShape[0] !== b || pointShape[1] !== k) {
    throw new ShapeError(fn, "points", `[${b}, ${k}, 2]`, pointShape);
  }
  const cells = logSoftmax(backend, backend.reshape(maps, [b, k, h * w]));
  const probabilities = backend.reshape(cells, shape);
  const losses = lossKinds[options.target];
  if (losses === undefined) {
    throw new OptionError(fn, "target", "sampled or splat", options.target);
  }
  const truth = maskPoints(backend, fn, { values: points, weights });
  const perPoint = losses(backend, probabilities, truth, options);
  // Of the maps the losses alone: to mask every cell would take longer.
  const known = maskPoints(backend, fn, { values: perPoint, weights });
  const perPair = meanOverPoints(backend, known, weights);
  return meanOverPairs(backend, perPair, weights);
}

const lossKinds: {
  readonly [Kind in TargetKind]: <T>(
    backend: Backend<T>,
    logProbabilities: T,
    points: T,
    options: GaussianWindowOptions,
  ) => T;
} = { splat: splatLoss, sampled: sampledLoss };

function splatLoss<T>(
  backend: Backend<T>,
  logProbabilities: T,
  points: T,
  options: GaussianWindowOptions,
): T {
  const [b, k, h, w] = backend.shape(logProbabilities) as Quad;
  const target = gaussianTarget(backend, points, { ...options, grid: [h, w] });
  const total = backend.sum(backend.mul(target, logProbabilities), [2, 3]);
  return backend.neg(backend.reshape(total, [b, k]));
}

function sampledLoss<T>(
  backend: Backend<T>,
  logProbabilities: T,
  points: T,
  options: GaussianWindowOptions,
): T {
  const [b, k, h, w] = backend.shape(logProbabilities) as Quad;
  const { ns } = options;
  const count = b * k;
  const window = gaussianWindow(backend, "crossEntropy", points, {
    ...options,
    grid: [h, w],
  });
  // Bilinear weights are a product of two axes, so the sum over cells nests.
  const alongX = logSumExp(
    backend,
    backend.add(
      backend.reshape(logProbabilities, [count, 1, h, w]),
      backend.reshape(logHats(backend, window.x), [count, ns, 1, w]),
    ),
  );
  const sampled = logSumExp(
    backend,
    backend.add(
      backend.reshape(alongX, [count, ns, 1, h]),
      backend.reshape(logHats(backend, window.y), [count, 1, ns, h]),
    ),
  );
  const weights = backend.mul(
    backend.reshape(window.x.weights, [count, ns, 1]),
    backend.reshape(window.y.weights, [count, 1, ns]),
  );
  const terms = backend.mul(
    weights,
    backend.reshape(sampled, [count, ns, ns]),
  );
  return backend.neg(backend.reshape(backend.sum(terms, [1, 2]), [b, k]));
}

type Quad = [number, number, number, number];

function logHats<T>(backend: Backend<T>, { hats }: WindowAxis<T>): T {
  const safe = backend.log(backend.maximum(hats, SMALLEST_WEIGHT));
  return backend.where(backend.step(hats), safe, LOG_ZERO);
}
