/**
 * Amounts of a data set that is being made.
 *
 * @module
 */

/** A number for each split. */
export interface PerSplit {
  /** Training. */
  readonly trn: number;
  /** Validation. */
  readonly val: number;
  /** Test. */
  readonly test: number;
}

/** How far the drawing of a data set is. */
export interface ProceduralProgress {
  /** Pictures drawn. */
  readonly done: number;
  /** Pictures in all. */
  readonly total: number;
}
