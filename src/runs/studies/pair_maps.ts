/**
 * What a model sees of one query: scores, probabilities and truth.
 *
 * @module
 */

import type { Point } from "../../core/point.ts";
import type { Picture } from "../../data/picture_edit.ts";

/** Maps of one query of one pair over the cells of the target. */
export interface PairMaps {
  /** Name of the pair. */
  readonly id: string;
  /** What both images show. */
  readonly category: string;
  /** Picture with the query. */
  readonly source: Picture;
  /** Picture with the answer. */
  readonly target: Picture;
  /** The query, as a share of the source's width and height. */
  readonly query: Point;
  /** Its true match, as a share of the target's width and height. */
  readonly truth: Point;
  /** Effective temperature βᴬ βᴮ. */
  readonly beta: number;
  /** `[h, w]` of each map. */
  readonly grid: readonly [h: number, w: number];
  /** Scalar products of features as they are, row-major. */
  readonly plain: readonly number[];
  /** Scalar products of L2-normalised features. */
  readonly normalized: readonly number[];
  /** Softmax of `normalized` without a temperature. */
  readonly smooth: readonly number[];
  /** Softmax of `normalized` over `beta`. */
  readonly sharp: readonly number[];
  /** Ground-truth distribution that training compares with. */
  readonly truthMap: readonly number[];
}
