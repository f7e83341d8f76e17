/**
 * From pairs to the numbers that are published, with the choices behind them.
 *
 * @module
 */

import type { PckSpace, PckThreshold } from "../core/pck.ts";
import type { Point } from "../core/point.ts";
import type { PairSet } from "../data/image_pair.ts";
import type { EvaluationOutcome, PairOutcome } from "./evaluate.ts";
import type { Evaluation, EvaluationRow } from "./format_evaluation.ts";
import type { ImageSize } from "./load_image.ts";

/** PCK as a fraction in [0, 1], by α. */
export type PckByAlpha = Readonly<Record<string, number>>;

/** Everything that changes a number and is not in the pairs. */
export interface EvaluationChoices {
  /** Data set and split. */
  readonly data: string;
  /** How annotations were read, where that changes numbers. */
  readonly reading?: PairSet["choices"];
  /** Name of the backbone. */
  readonly backbone: string;
  /** Blocks (ViT, from 0) or layers (ResNet) that features were read from. */
  readonly layers: readonly number[];
  /** Whether the final layer norm was applied; absent for a ResNet. */
  readonly finalNorm?: boolean;
  /** Device it ran on. */
  readonly backend: string;
  /** How pixels and cells correspond. */
  readonly coordinates: string;
  /** Which length θ is. */
  readonly threshold: PckThreshold;
  /** Pixels that errors and θ were measured in. */
  readonly space: PckSpace;
  /** Side that pictures were resized to, or `original`. */
  readonly size: ImageSize;
  /** Temperature of the matching. */
  readonly betaEval: "auto" | number;
  /** How a match was read from its map. */
  readonly localizer: "kernelSoftArgmax";
  /** Width of its kernel in cells. */
  readonly sigmaCells: number;
  /** Whether features were L2-normalised. */
  readonly normalize: boolean;
}

/** An evaluation as it is printed and written. */
export interface EvaluationResult {
  /** PCK over all pairs, averaged in three ways. */
  readonly pck: {
    /** Mean of the pairs' PCK: the usual one. */
    readonly perImage: PckByAlpha;
    /** Right keypoints over all keypoints. */
    readonly perPoint: PckByAlpha;
    /** Mean over categories of their per-image mean. */
    readonly perCategory: PckByAlpha;
  };
  /** Per-image mean of each category. */
  readonly categories: readonly EvaluationRow[];
  /** Pairs. */
  readonly pairs: number;
  /** Keypoints. */
  readonly points: number;
  /** Distinct pictures. */
  readonly images: number;
  /** Effective temperature over the pairs. */
  readonly beta: { readonly mean: number; readonly std: number };
  /** What the numbers depend on. */
  readonly choices: EvaluationChoices & {
    /** Decoders that read the pictures. */
    readonly decoders: readonly string[];
  };
  /** Predictions of every pair, in pixels of the stored target picture. */
  readonly predictions: readonly {
    readonly id: string;
    readonly category: string;
    readonly pck: PckByAlpha;
    readonly predicted: readonly Point[];
  }[];
}

/** The averages of an evaluation. */
export type EvaluationAverages = Pick<
  EvaluationResult,
  "pck" | "categories" | "pairs" | "points" | "beta"
>;

/**
 * An evaluation as it is printed and written.
 *
 * @param outcome Every pair.
 * @param choices What the numbers depend on.
 * @returns Averages, choices and predictions.
 */
export function summarize(
  outcome: EvaluationOutcome,
  choices: EvaluationChoices,
): EvaluationResult {
  const { pairs, images, decoders } = outcome;
  return {
    ...averages(outcome),
    images,
    choices: { ...choices, decoders },
    predictions: pairs.map(({ pair, pck, predicted }) => ({
      id: pair.id,
      category: pair.category,
      pck: pck.value,
      predicted,
    })),
  };
}

/**
 * Averages an evaluation per image, per point and per category.
 *
 * @param outcome Every pair.
 * @returns The averages; NaN where there is no pair.
 */
export function averages(
  { pairs }: Pick<EvaluationOutcome, "pairs">,
): EvaluationAverages {
  const names = [...new Set(pairs.map(({ pair }) => pair.category))].sort();
  const categories = names.map((category) => {
    const own = pairs.filter(({ pair }) => pair.category === category);
    return { category, pairs: own.length, pck: meanPck(own.map(values)) };
  });
  const betas = pairs.map(({ beta }) => beta);
  const center = mean(betas);
  return {
    pck: {
      perImage: meanPck(pairs.map(values)),
      perPoint: pointPck(pairs),
      perCategory: meanPck(categories.map(({ pck }) => pck)),
    },
    categories,
    pairs: pairs.length,
    points: pairs.reduce((n, { predicted }) => n + predicted.length, 0),
    beta: {
      mean: center,
      std: Math.sqrt(mean(betas.map((beta) => (beta - center) ** 2))),
    },
  };
}

/**
 * The rows of an evaluation as {@linkcode formatEvaluation} prints them.
 *
 * @param result The evaluation.
 * @returns Categories, and the three means.
 */
export function evaluationTable(
  result: Pick<EvaluationResult, "pck" | "categories" | "pairs">,
): Evaluation {
  const { categories, pck, pairs } = result;
  return {
    categories,
    overall: [
      { category: "per image", pairs, pck: pck.perImage },
      { category: "per point", pairs, pck: pck.perPoint },
      { category: "per category", pairs, pck: pck.perCategory },
    ],
  };
}

function values({ pck }: PairOutcome): PckByAlpha {
  return pck.value;
}

function meanPck(list: readonly PckByAlpha[]): PckByAlpha {
  return Object.fromEntries(
    Object.keys(list[0] ?? {}).map((alpha) => [
      alpha,
      mean(list.map((pck) => pck[alpha] as number)),
    ]),
  );
}

function pointPck(pairs: readonly PairOutcome[]): PckByAlpha {
  return Object.fromEntries(
    Object.keys(pairs[0]?.pck.correct ?? {}).map((alpha) => {
      const flags = pairs.flatMap(({ pck }) => pck.correct[alpha] ?? []);
      return [alpha, mean(flags.map(Number))];
    }),
  );
}

function mean(list: readonly number[]): number {
  return list.reduce((sum, x) => sum + x, 0) / list.length;
}
