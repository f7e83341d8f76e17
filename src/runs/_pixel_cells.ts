import type { Grid } from "../core/bilinear_weights.ts";
import {
  type CoordinateOptions,
  toCells,
  toPixels,
} from "../core/coordinates.ts";
import type { Point } from "../core/point.ts";
import { type PixelSize, scaleKeypoints } from "../data/scale_keypoints.ts";

/** Sizes of a picture on its way from the file to the model. */
export interface PictureSizes {
  /** In the file. */
  readonly stored: PixelSize;
  /** After resizing. */
  readonly resized: PixelSize;
  /** `[H, W]` after padding to whole cells. */
  readonly padded: readonly [H: number, W: number];
}

/** How pixels and cells of a model correspond. */
export interface CellRule {
  /** The rule. */
  readonly rule: CoordinateOptions["rule"];
  /** Pixels between two cells. */
  readonly stride: number;
}

/** Pixels of a stored picture to cells of its feature map. */
export function storedToCells(
  points: readonly Point[],
  { stored, resized, padded }: PictureSizes,
  rule: CellRule,
): readonly Point[] {
  const scaled = scaleKeypoints(points, { from: stored, to: resized });
  return toCells(scaled, mapping(padded, rule));
}

/** Cells of a feature map to pixels of the resized picture. */
export function cellsToResized(
  points: readonly Point[],
  { padded }: PictureSizes,
  rule: CellRule,
): readonly Point[] {
  return toPixels(points, mapping(padded, rule));
}

/** `[H, W]` of a size. */
export function heightWidth(
  { width, height }: PixelSize,
): readonly [H: number, W: number] {
  return [height, width];
}

function mapping(
  padded: readonly [number, number],
  { rule, stride }: CellRule,
): CoordinateOptions {
  const grid: Grid = [padded[0] / stride, padded[1] / stride];
  return { rule, imageSize: padded, grid };
}
