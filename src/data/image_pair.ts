/**
 * Annotated pairs of images, the same for every data set.
 *
 * @module
 */

/** A point in pixels of the stored image: x to the right, y down, as the file has it. */
export type Point = readonly [x: number, y: number];

/** Corners of a box in pixels of the stored image. */
export type Box = readonly [x1: number, y1: number, x2: number, y2: number];

/** One side of a pair. */
export interface AnnotatedImage {
  /** File of the picture, ready to be opened. */
  readonly path: string;
  /** Keypoints in pixels of the stored image. */
  readonly keypoints: readonly Point[];
  /** Box around the object, where annotated. */
  readonly box?: Box;
  /** `[H, W]` in pixels, where annotated. */
  readonly size?: readonly [number, number];
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
}

/** The pairs of one split of a data set. */
export interface PairSet {
  /** Name of the data set. */
  readonly name: string;
  /** Name of the split. */
  readonly split: string;
  /** Length that PCK is customarily measured against on this data set. */
  readonly threshold: "img" | "kps" | "bbox";
  /** Pairs in the order of the file. */
  readonly pairs: readonly ImagePair[];
}
