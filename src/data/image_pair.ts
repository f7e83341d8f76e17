/**
 * Annotated pairs of images, the same for every data set.
 *
 * @module
 */

import type { Box, Point } from "../core/point.ts";
import type { Picture } from "./picture_edit.ts";

export type { Box, Point };

/**
 * One side of a pair: points in pixels of the stored image, as its file has
 * them; of the edited image where there are edits.
 */
export interface AnnotatedImage extends Picture {
  /** Keypoints, x to the right, y down. */
  readonly keypoints: readonly Point[];
  /** Box around the object, where annotated. */
  readonly box?: Box;
  /** `[H, W]` in pixels after any edits, where annotated. */
  readonly size?: readonly [number, number];
}

/** How hard a pair is, in SPair-71k's grades; 0 is the easiest. */
export interface PairDifficulty {
  /** Change of viewpoint, 0 to 2. */
  readonly viewpointVariation: number;
  /** Change of scale, 0 to 2. */
  readonly scaleVariation: number;
  /** 0 none, 1 source, 2 target, 3 both. */
  readonly truncation: number;
  /** 0 none, 1 source, 2 target, 3 both. */
  readonly occlusion: number;
}

/** Files of a dense correspondence; `decodeFlow` and `readImage` read them. */
export interface PairFlow {
  /** Flow from each pixel of the source, into the target after its edits. */
  readonly file: string;
  /** Picture of the source's size, bright where the object is. */
  readonly mask: string;
}

/** Two images whose keypoints `k` correspond; only those visible in both. */
export interface ImagePair {
  /** Name of the pair, unique in its set. */
  readonly id: string;
  /** What both images show. */
  readonly category: string;
  /** Where the queries are. */
  readonly source: AnnotatedImage;
  /** Where the answers are looked for. */
  readonly target: AnnotatedImage;
  /** What each keypoint is called, the same in every pair of the category; where annotated. */
  readonly keypointIds?: readonly string[];
  /** Where every pixel of the source goes, where annotated. */
  readonly flow?: PairFlow;
  /** How hard the pair is, where graded. */
  readonly difficulty?: PairDifficulty;
}

/** The pairs of one split of a data set. */
export interface PairSet {
  /** Name of the data set. */
  readonly name: string;
  /** Name of the split. */
  readonly split: string;
  /** Length that PCK is customarily measured against on this data set. */
  readonly threshold: "img" | "kps" | "bbox";
  /** Coordinate of the middle of the first column and row; 0 where left out. */
  readonly origin?: 0 | 1;
  /** How annotations were read where that changes numbers; for results. */
  readonly choices?: Readonly<Record<string, string>>;
  /** Pairs in the order of the file. */
  readonly pairs: readonly ImagePair[];
}
