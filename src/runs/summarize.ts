/**
 * From pairs to the numbers that are published, with the choices behind them.
 *
 * @module
 */

import type { PckSpace, PckThreshold } from "../core/pck.ts";
import type { Point } from "../core/point.ts";
import type { PairDifficulty } from "../data/image_pair.ts";
import type { PairSet } from "../data/image_pair.ts";
import type { EvaluationOutcome, PairOutcome } from "./evaluate.ts";
import type { Evaluation, EvaluationRow } from "./format_evaluation.ts";
import type { ImageSize } from "./load_image.ts";
import {
  type BootstrapInterval,
  bootstrapIntervals,
  type BootstrapOptions,
} from "./bootstrap_intervals.ts";
import {
  type AverageName,
  AVERAGES,
  pairStatistics,
} from "./pair_statistics.ts";
import type { LocalizerName } from "./reading.ts";
import type { WindowKind } from "../core/window_soft_argmax.ts";

/** PCK as a fraction in [0, 1], by α. */
export type PckByAlpha = Readonly<Record<string, number>>;

/** Everything that changes a number and is not in the pairs. */
export interface EvaluationChoices {
  /** Data set and split. */
  readonly data: string;
  /** Folder of the data set, where it was told. */
  readonly folder?: string;
  /** What the model is called in tables; its backbone by default. */
  readonly model?: string;
  /** Whether the model was trained on another data set; absent where it was not trained. */
  readonly transferred?: boolean;
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
  readonly localizer: LocalizerName;
  /** Width of the kernel of `kernelSoftArgmax` in cells. */
  readonly sigmaCells: number;
  /** Reach of the window of `windowSoftArgmax` in cells. */
  readonly radiusCells?: number;
  /** What became of scores outside that window. */
  readonly outside?: WindowKind;
  /** Whether features were L2-normalised. */
  readonly normalize: boolean;
}

/** Per-image means by how hard SPair-71k's annotators found the pairs. */
export interface DifficultyRows {
  /** Change of viewpoint, grades 0 to 2. */
  readonly viewpointVariation: readonly EvaluationRow[];
  /** Change of scale, grades 0 to 2. */
  readonly scaleVariation: readonly EvaluationRow[];
  /** Grades 0 to 3: none, source, target, both. */
  readonly truncation: readonly EvaluationRow[];
  /** Grades 0 to 3: none, source, target, both. */
  readonly occlusion: readonly EvaluationRow[];
}

/** Ends of intervals by average and α. */
export type PckIntervals = Readonly<
  Record<
    AverageName,
    Readonly<Record<string, readonly [low: number, high: number]>>
  >
>;

/** An evaluation as it is printed and written. */
export interface EvaluationResult {
  /** PCK over all pairs, averaged in four ways. */
  readonly pck: Readonly<Record<AverageName, PckByAlpha>>;
  /** Percentile bootstrap over pairs, where it was asked for. */
  readonly intervals?: PckIntervals;
  /** Per-image mean of each category. */
  readonly categories: readonly EvaluationRow[];
  /** Per-image mean of each grade, where pairs are graded. */
  readonly difficulties?: DifficultyRows;
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
    /** How the intervals were drawn. */
    readonly bootstrap?: BootstrapOptions;
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
  "pck" | "categories" | "difficulties" | "pairs" | "points" | "beta"
>;

/**
 * An evaluation as it is printed and written.
 *
 * @param outcome Every pair.
 * @param choices What the numbers depend on.
 * @param options How intervals are drawn; none are without.
 * @returns Averages, intervals, choices and predictions.
 */
export function summarize(
  outcome: EvaluationOutcome,
  choices: EvaluationChoices,
  options: { readonly bootstrap?: BootstrapOptions } = {},
): EvaluationResult {
  const { pairs, images, decoders } = outcome;
  const { bootstrap } = options;
  const hasIntervals = bootstrap !== undefined && pairs.length > 0;
  return {
    ...averages(outcome),
    ...(hasIntervals && { intervals: intervalsOf(pairs, bootstrap) }),
    images,
    choices: { ...choices, decoders, ...(hasIntervals && { bootstrap }) },
    predictions: pairs.map(({ pair, pck, predicted }) => ({
      id: pair.id,
      category: pair.category,
      pck: pck.value,
      predicted,
    })),
  };
}

/**
 * Averages an evaluation in four ways, by category and by grade.
 *
 * @param outcome Every pair.
 * @returns The averages; NaN where there is no pair.
 */
export function averages(
  { pairs }: Pick<EvaluationOutcome, "pairs">,
): EvaluationAverages {
  const statistics = pairStatistics(pairs);
  const alphas = Object.keys(pairs[0]?.pck.value ?? {});
  const average = (name: AverageName): PckByAlpha =>
    Object.fromEntries(alphas.map((alpha) => [alpha, statistics(alpha, name)]));
  const categories = rowsBy(pairs, ({ pair }) => pair.category);
  const isGraded = pairs.some(({ pair }) => pair.difficulty !== undefined);
  const betas = pairs.map(({ beta }) => beta);
  const center = mean(betas);
  return {
    pck: byAverage(average),
    categories,
    ...(isGraded && {
      difficulties: {
        viewpointVariation: gradeRows(pairs, "viewpointVariation"),
        scaleVariation: gradeRows(pairs, "scaleVariation"),
        truncation: gradeRows(pairs, "truncation"),
        occlusion: gradeRows(pairs, "occlusion"),
      },
    }),
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
 * @returns Categories, grades where there are, and the four means.
 */
export function evaluationTable(
  result: Pick<
    EvaluationResult,
    "pck" | "categories" | "difficulties" | "pairs"
  >,
): Evaluation {
  const { categories, difficulties, pck, pairs } = result;
  const grades = Object.entries(difficulties ?? {}).map(([name, rows]) =>
    rows.map((row: EvaluationRow) => ({
      ...row,
      category: `${GRADED[name as keyof PairDifficulty]} ${row.category}`,
    }))
  );
  return {
    categories,
    ...(grades.length > 0 && { sections: grades }),
    overall: AVERAGES.map((name) => ({
      category: AVERAGE_TITLES[name],
      pairs,
      pck: pck[name],
    })),
  };
}

/** What averages are called in tables. */
export const AVERAGE_TITLES: Readonly<Record<AverageName, string>> = {
  perImage: "per image",
  perPoint: "per point",
  perCategory: "per category",
  perCategoryPoint: "per category's point",
};

/** What grades are called in tables. */
const GRADED: Readonly<Record<keyof PairDifficulty, string>> = {
  viewpointVariation: "viewpoint",
  scaleVariation: "scale",
  truncation: "truncation",
  occlusion: "occlusion",
};

function byAverage<A>(
  value: (name: AverageName) => A,
): Readonly<Record<AverageName, A>> {
  return Object.fromEntries(
    AVERAGES.map((name) => [name, value(name)]),
  ) as Record<AverageName, A>;
}

/** One row a group, in order of its name. */
function rowsBy(
  pairs: readonly PairOutcome[],
  key: (outcome: PairOutcome) => string,
): readonly EvaluationRow[] {
  return [...Map.groupBy(pairs, key)]
    .toSorted(([a], [b]) => a < b ? -1 : 1)
    .map(([category, own]) => ({
      category,
      pairs: own.length,
      pck: meanPck(own.map(values)),
    }));
}

function gradeRows(
  pairs: readonly PairOutcome[],
  name: keyof PairDifficulty,
): readonly EvaluationRow[] {
  const graded = pairs.filter(({ pair }) => pair.difficulty !== undefined);
  return rowsBy(graded, ({ pair }) => String(pair.difficulty?.[name]));
}

function intervalsOf(
  pairs: readonly PairOutcome[],
  bootstrap: BootstrapOptions,
): PckIntervals {
  const statistics = pairStatistics(pairs);
  const alphas = Object.keys(pairs[0]?.pck.value ?? {});
  const wanted = AVERAGES.flatMap((name) =>
    alphas.map((alpha) => [name, alpha] as const)
  );
  const found = bootstrapIntervals(
    pairs.length,
    (places) => wanted.map(([name, alpha]) => statistics(alpha, name, places)),
    bootstrap,
  );
  return byAverage((name) =>
    Object.fromEntries(wanted.flatMap(([of, alpha], i) => {
      const { low, high } = found[i] as BootstrapInterval;
      return of === name ? [[alpha, [low, high] as const]] : [];
    }))
  );
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

function mean(list: readonly number[]): number {
  return list.reduce((sum, x) => sum + x, 0) / list.length;
}
