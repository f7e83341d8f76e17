/**
 * Rows of a run's log: one JSON object a line.
 *
 * @module
 */

/** What one training step measured, before its update. */
export interface StepRow {
  /** Tells rows apart. */
  readonly kind: "step";
  /** Updates done once this one is, from 1. */
  readonly step: number;
  /** Epoch, from 0. */
  readonly epoch: number;
  /** Objective: cross-entropy plus weighted regulariser. */
  readonly loss: number;
  /** Cross-entropy, mean over the batch. */
  readonly crossEntropy: number;
  /** Temperature regulariser, mean over the batch, before its weight. */
  readonly regularizer: number;
  /** Temperature of the source map, mean over the batch. */
  readonly betaA: number;
  /** Temperature of the target map, mean over the batch. */
  readonly betaB: number;
  /** Norm of all gradients before clipping, where they are clipped. */
  readonly gradientNorm?: number;
  /** Mean absolute gradient of each watched parameter, where there are any. */
  readonly gradients?: Readonly<Record<string, number>>;
  /** Time the step took, in milliseconds. */
  readonly ms: number;
}

/** What one validation measured. */
export interface ValidationRow {
  /** Tells rows apart. */
  readonly kind: "validation";
  /** Updates done before it. */
  readonly step: number;
  /** Epoch, from 0. */
  readonly epoch: number;
  /** PCK from 0 to 1 by its threshold, such as `{ "0.1": 0.42 }`. */
  readonly pck: Readonly<Record<string, number>>;
  /** Mean of the product of both temperatures. */
  readonly betaProduct: number;
}

/** One line of the log. */
export type LogRow = StepRow | ValidationRow;
