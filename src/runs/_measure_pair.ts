import { pck, type PckResult, type PckThreshold } from "../core/pck.ts";
import type { Box, Point } from "../core/point.ts";
import type { Result } from "../core/result.ts";
import { checkKeypoints } from "../data/check_pair.ts";
import { type DataError, malformedFile } from "../data/data_error.ts";
import type { AnnotatedImage, ImagePair } from "../data/image_pair.ts";
import { scaleKeypoints } from "../data/scale_keypoints.ts";
import {
  type CellRule,
  cellsToResized,
  heightWidth,
  type PictureSizes,
} from "./_pixel_cells.ts";
import { left, right } from "./_result.ts";
import type { EvaluationOptions } from "./evaluation_inputs.ts";
import type { PairOutcome } from "./evaluation_outcome.ts";

/** What a match of one pair is measured with. */
export interface MeasuredPair {
  /** The pair. */
  readonly pair: ImagePair;
  /** Sizes of its target. */
  readonly target: PictureSizes;
  /** Matches, (x, y) in cells of the target. */
  readonly cells: readonly Point[];
  /** Effective temperature. */
  readonly beta: number;
}

/** Counts the right matches of one pair. */
export function measurePair(
  { pair, target, cells, beta }: MeasuredPair,
  rule: CellRule,
  options: Pick<EvaluationOptions, "threshold" | "space" | "alphas">,
): PairOutcome {
  const resized = cellsToResized(cells, target, rule);
  const predicted = scaleKeypoints(resized, {
    from: target.resized,
    to: target.stored,
  });
  return {
    pair,
    predicted,
    pck: measure(pair.target, { predicted, resized }, target, options),
    beta,
  };
}

/** Whether a pair fits its pictures, and θ can be taken from it. */
export function checkPair(
  pair: ImagePair,
  { source, target }: {
    readonly source: PictureSizes;
    readonly target: PictureSizes;
  },
  threshold: PckThreshold,
): Result<DataError, unknown> {
  const checked = checkKeypoints(pair, {
    source: heightWidth(source.stored),
    target: heightWidth(target.stored),
  });
  return checked._tag === "Left" ? checked : checkReference(pair, threshold);
}

/** Whether the length that θ is taken from is there and not 0. */
function checkReference(
  { id, target }: ImagePair,
  threshold: PckThreshold,
): Result<DataError, void> {
  const { path, keypoints, box } = target;
  const refuse = (field: string, wanted: string, got: string) =>
    left(malformedFile(path, `${field} of pair ${id}`, wanted, got));
  if (threshold === "bbox" && box === undefined) {
    return refuse("box", "there for the threshold bbox", "none");
  }
  const [x, y] = keypoints[0] as Point;
  if (threshold === "kps" && keypoints.every((p) => p[0] === x && p[1] === y)) {
    const wanted = "at two places at least for the threshold kps";
    return refuse("keypoints", wanted, `only [${x}, ${y}]`);
  }
  return right(undefined);
}

function measure(
  { keypoints, box }: AnnotatedImage,
  points: {
    readonly predicted: readonly Point[];
    readonly resized: readonly Point[];
  },
  { stored, resized }: PictureSizes,
  { threshold, space, alphas }: Pick<
    EvaluationOptions,
    "threshold" | "space" | "alphas"
  >,
): PckResult {
  const to = space === "original" ? stored : resized;
  const scale = (list: readonly Point[]): readonly Point[] =>
    scaleKeypoints(list, { from: stored, to });
  const corners = box && scale([[box[0], box[1]], [box[2], box[3]]]);
  return pck({
    predicted: space === "original" ? points.predicted : points.resized,
    truth: scale(keypoints),
  }, {
    threshold,
    space,
    alphas,
    imageSize: heightWidth(to),
    ...(corners && { box: corners.flat() as unknown as Box }),
  });
}
