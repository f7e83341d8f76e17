/**
 * What an evaluation finds.
 *
 * @module
 */

import type { FlowPckResult } from "../core/flow_pck.ts";
import type { PckResult } from "../core/pck.ts";
import type { Point } from "../core/point.ts";
import type { ImagePair } from "../data/image_pair.ts";

/** One pair, evaluated. */
export interface PairOutcome {
  /** The pair. */
  readonly pair: ImagePair;
  /** Predicted (x, y) in pixels of the stored target picture. */
  readonly predicted: readonly Point[];
  /** Which were right, and how many. */
  readonly pck: PckResult;
  /** How good the flow of its matches is, where the pair has a true one. */
  readonly flow?: FlowPckResult;
  /** Effective temperature βᴬ βᴮ. */
  readonly beta: number;
}

/** Every pair, evaluated. */
export interface EvaluationOutcome {
  /** In the order of the pairs. */
  readonly pairs: readonly PairOutcome[];
  /** Decoders that read the pictures. */
  readonly decoders: readonly string[];
  /** Distinct pictures. */
  readonly images: number;
}
