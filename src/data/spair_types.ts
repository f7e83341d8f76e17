/**
 * What an SPair-71k layout holds, in memory, for the writer and the reader.
 *
 * @module
 */

import type { Box, PairDifficulty, Point } from "./image_pair.ts";

/** One picture with its annotation. */
export interface SpairImage {
  /** File name with extension, such as `000001.png`; unique in its category. */
  readonly name: string;
  /** What it shows; a folder name. */
  readonly category: string;
  /** Columns in pixels. */
  readonly width: number;
  /** Rows in pixels. */
  readonly height: number;
  /** Keypoints by id, `"0"` to `"29"`; `null` where one is not visible. */
  readonly keypoints: Readonly<Record<string, Point | null>>;
  /** Box around the object in pixels. */
  readonly box: Box;
  /** The encoded picture, PNG or JPEG as the extension says. */
  readonly bytes: Uint8Array;
}

/** Two pictures of one category whose common keypoints correspond. */
export interface SpairPair {
  /** `name` of the source picture. */
  readonly source: string;
  /** `name` of the target picture. */
  readonly target: string;
  /** Category of both. */
  readonly category: string;
  /** Split that the pair belongs to. */
  readonly split: "trn" | "val" | "test";
  /** 1 where the target is seen mirrored against the source, else 0, which is the default. */
  readonly mirror?: 0 | 1;
  /** Grades, all 0 by default. */
  readonly difficulty?: PairDifficulty;
}

/** A whole data set in memory. */
export interface SpairSet {
  /** Pictures that the pairs name. */
  readonly images: readonly SpairImage[];
  /** Pairs in the order of their layout files. */
  readonly pairs: readonly SpairPair[];
}
