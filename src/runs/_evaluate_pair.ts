import type { Backend, TensorData } from "../backends/backend.ts";
import { pck, type PckResult, type PckThreshold } from "../core/pck.ts";
import type { Box, Point } from "../core/point.ts";
import type { Result } from "../core/result.ts";
import { type DataError, malformedFile } from "../data/data_error.ts";
import type { AnnotatedImage, ImagePair } from "../data/image_pair.ts";
import { type PixelSize, scaleKeypoints } from "../data/scale_keypoints.ts";
import { backboneStride } from "../nn/backbone_geometry.ts";
import type { Extracted } from "./_extract_images.ts";
import { cellsToResized, heightWidth, storedToCells } from "./_pixel_cells.ts";
import type {
  EvaluationInputs,
  EvaluationOptions,
  PairOutcome,
} from "./evaluate.ts";

/** Matches the keypoints of one pair and counts the right ones. */
export async function evaluatePair<T>(
  backend: Backend<T>,
  { config, predictor, pair, source, target }: EvaluationInputs<T> & {
    readonly pair: ImagePair;
    readonly source: Extracted<T>;
    readonly target: Extracted<T>;
  },
  options: EvaluationOptions & { readonly capacity: number },
): Promise<PairOutcome> {
  const { keypoints } = pair.source;
  const rule = {
    rule: config.coordinates,
    stride: backboneStride(config.backbone),
  };
  const cells = storedToCells(keypoints, source, rule);
  // One capacity for all pairs, so that one compiled program serves them.
  const padded = new Float32Array(options.capacity * 2);
  padded.set(cells.flat());
  const queries = backend.tensor(padded, [1, options.capacity, 2]);
  const matches = await predictor.locate({ source, target, queries })
    .finally(() => backend.dispose([queries]));
  const [points, betaA, betaB] = await backend.read([
    matches,
    source.beta,
    target.beta,
  ]) as unknown as readonly [TensorData, TensorData, TensorData];
  backend.dispose([matches]);
  const found = keypoints.map((_, k): Point => [
    points[2 * k] as number,
    points[2 * k + 1] as number,
  ]);
  const resized = cellsToResized(found, target, rule);
  const predicted = scaleKeypoints(resized, {
    from: target.resized,
    to: target.stored,
  });
  return {
    pair,
    predicted,
    pck: measure(pair.target, { predicted, resized }, target, options),
    beta: (betaA[0] as number) * (betaB[0] as number),
  };
}

/** Whether the length that θ is taken from is there and not 0. */
export function checkReference(
  { id, target }: ImagePair,
  threshold: PckThreshold,
): Result<DataError, void> {
  const { path, keypoints, box } = target;
  const refuse = (field: string, wanted: string, got: string) => ({
    _tag: "Left",
    left: malformedFile(path, `${field} of pair ${id}`, wanted, got),
  } as const);
  if (threshold === "bbox" && box === undefined) {
    return refuse("box", "there for the threshold bbox", "none");
  }
  const [x, y] = keypoints[0] as Point;
  if (threshold === "kps" && keypoints.every((p) => p[0] === x && p[1] === y)) {
    const wanted = "at two places at least for the threshold kps";
    return refuse("keypoints", wanted, `only [${x}, ${y}]`);
  }
  return { _tag: "Right", right: undefined };
}

function measure(
  { keypoints, box }: AnnotatedImage,
  points: {
    readonly predicted: readonly Point[];
    readonly resized: readonly Point[];
  },
  { stored, resized }: {
    readonly stored: PixelSize;
    readonly resized: PixelSize;
  },
  { threshold, space, alphas }: EvaluationOptions,
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
