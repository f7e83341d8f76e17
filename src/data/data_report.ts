/**
 * What a look over a data set finds, as plain data.
 *
 * @module
 */

import type { LeakReport } from "./leak_check.ts";
import type { DataFormat } from "./read_pairs.ts";

/** Counts of one category, or of a whole split. */
export interface DataCounts {
  /** Rows of the list. */
  readonly pairs: number;
  /** Distinct pictures, mirrored or not. */
  readonly images: number;
  /** Pairs of corresponding keypoints. */
  readonly keypoints: number;
}

/** One split. */
export interface SplitReport extends DataCounts {
  /** Its name. */
  readonly split: string;
  /** Pairs that differ in their pictures, whichever comes first, mirrored or not. */
  readonly distinctPairs: number;
  /** Rows whose pictures are mirrored. */
  readonly mirrored: number;
  /** Rows of the public data set, where known. */
  readonly publicPairs?: number;
  /** How annotations were read. */
  readonly choices?: Readonly<Record<string, string>>;
  /** Counts of each category, by name in order. */
  readonly categories: readonly (DataCounts & { readonly category: string })[];
}

/** What two splits share; the first is the one trained on. */
export interface SplitLeak extends LeakReport {
  /** Split that is seen. */
  readonly seen: string;
  /** Split that is judged by. */
  readonly judged: string;
}

/** Something that is wrong, or should be known. */
export interface DataFinding {
  /** Whether the data cannot be used as it is. */
  readonly level: "error" | "warning";
  /** What kind of thing. */
  readonly kind:
    | "malformed"
    | "missing-images"
    | "missing-annotations"
    | "undecodable"
    | "outside"
    | "size"
    | "count"
    | "leak";
  /** Split it is found in. */
  readonly split: string;
  /** One sentence for people. */
  readonly message: string;
  /** How many of them. */
  readonly count: number;
  /** The first few. */
  readonly examples: readonly string[];
}

/** How far a look over a data set has come. */
export interface CheckProgress {
  /** What is counted: splits are read first, then pictures decoded. */
  readonly what: "splits" | "pictures";
  /** How many are done. */
  readonly done: number;
  /** How many there are. */
  readonly total: number;
}

/** A data set, looked over. */
export interface DataReport {
  /** Its folder. */
  readonly root: string;
  /** Layout it was read in. */
  readonly format: DataFormat;
  /** Splits that are there. */
  readonly splits: readonly SplitReport[];
  /** What each later split shares with an earlier one. */
  readonly leaks: readonly SplitLeak[];
  /** Everything found, errors first. */
  readonly findings: readonly DataFinding[];
}
