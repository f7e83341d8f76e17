/**
 * From pairs to the numbers that are published, with the choices behind them.
 *
 * @module
 */

import type { PckFractions } from "../core/average_pck.ts";
import type { FlowPckResult } from "../core/flow_pck.ts";
import type { PckSpace, PckThreshold } from "../core/pck.ts";
import type { Point } from "../core/point.ts";
import type { WindowKind } from "../core/window_soft_argmax.ts";
import type { PairSet } from "../data/image_pair.ts";
import { averages, type EvaluationAverages } from "./averages.ts";
import {
  type BootstrapInterval,
  bootstrapIntervals,
  type BootstrapOptions,
} from "./bootstrap_intervals.ts";
import type { EvaluationOutcome, PairOutcome } from "./evaluation_outcome.ts";
import type { ImageSize } from "./load_image.ts";
import {
  type AverageName,
  AVERAGES,
  pairStatistics,
} from "./pair_statistics.ts";
import type { LocalizerName } from "./reading.ts";

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

/** Ends of intervals by average and α. */
export type PckIntervals = Readonly<
  Record<
    AverageName,
    Readonly<Record<string, readonly [low: number, high: number]>>
  >
>;

/** An evaluation as it is printed and written. */
export interface EvaluationResult extends EvaluationAverages {
  /** Percentile bootstrap over pairs, where it was asked for. */
  readonly intervals?: PckIntervals;
  /** Distinct pictures. */
  readonly images: number;
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
    readonly pck: PckFractions;
    readonly predicted: readonly Point[];
    /** Dense matches, where the pair has a true flow. */
    readonly flow?: FlowPckResult;
  }[];
}

/**
 * An evaluation as it is printed and written.
 *
 * @param outcome Every pair.
 * @param choices What the numbers depend on.
 * @param options How intervals are drawn; none are without.
 * @returns Averages, intervals, choices and predictions.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { summarize } from "@simsc/core/runs";
 *
 * const nothing = { pairs: [], images: 0, decoders: [] };
 * const result = summarize(nothing, {
 *   data: "mine test",
 *   backbone: "resnet18",
 *   layers: [3],
 *   backend: "onnx-cpu",
 *   coordinates: "simple",
 *   threshold: "img",
 *   space: "evaluation",
 *   size: 256,
 *   betaEval: "auto",
 *   localizer: "kernelSoftArgmax",
 *   sigmaCells: 7,
 *   normalize: true,
 * });
 * equal(result.choices.threshold, "img");
 * ```
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
    predictions: pairs.map(({ pair, pck, predicted, flow }) => ({
      id: pair.id,
      category: pair.category,
      pck: pck.value,
      predicted,
      ...(flow && { flow }),
    })),
  };
}

function intervalsOf(
  pairs: readonly PairOutcome[],
  bootstrap: BootstrapOptions,
): PckIntervals {
  const alphas = Object.keys(pairs[0]?.pck.value ?? {});
  const statistics = pairStatistics(pairs, alphas);
  const wanted = alphas.flatMap((alpha) =>
    AVERAGES.map((name) => [name, alpha] as const)
  );
  const found = bootstrapIntervals(
    pairs.length,
    (places) =>
      statistics(places).flatMap((values) =>
        AVERAGES.map((name) => values[name])
      ),
    bootstrap,
  );
  const intervals = (name: AverageName) =>
    Object.fromEntries(wanted.flatMap(([of, alpha], i) => {
      const { low, high } = found[i] as BootstrapInterval;
      return of === name ? [[alpha, [low, high] as const]] : [];
    }));
  return {
    perImage: intervals("perImage"),
    perPoint: intervals("perPoint"),
    perCategory: intervals("perCategory"),
    perCategoryPoint: intervals("perCategoryPoint"),
  };
}
