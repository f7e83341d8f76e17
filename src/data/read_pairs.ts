/**
 * The published annotation formats, read into one form.
 *
 * @module
 */

import { OptionError } from "../core/errors.ts";
import type { AsyncResult } from "../core/result.ts";
import { attemptAsync } from "./_refusal.ts";
import type { DataError } from "./data_error.ts";
import type { PairSet } from "./image_pair.ts";

/**
 * Layout of a folder: `spair` is SPair-71k's, `pf-pascal` PF-PASCAL's with the
 * lists of NCNet, DHPF, DenseMatching or SFNet, `pf-willow` PF-WILLOW's csv,
 * `willow` the same with a `class` column (WILLOW-ObjectClass), `tss` that of
 * TSS, `ap-10k` AP-10K's as GeoAware-SC prepares it, `jsonl` pairs of one's own
 * as `writePairs` describes them.
 */
export type DataFormat =
  | "spair"
  | "pf-pascal"
  | "pf-willow"
  | "willow"
  | "tss"
  | "ap-10k"
  | "jsonl";

/** Layouts of a folder that {@linkcode readPairs} reads. */
export const DATA_FORMATS: readonly DataFormat[] = [
  "spair",
  "pf-pascal",
  "pf-willow",
  "willow",
  "tss",
  "ap-10k",
  "jsonl",
];

/** Choices on how annotations are read; each changes numbers. */
export interface ReadingChoices {
  /**
   * Where the keypoints of a csv format come from: the csv itself, or the
   * `.mat` files. `csv` by default; PF-PASCAL's lists without any take `mat`.
   */
  readonly keypoints?: "csv" | "mat";
  /**
   * What becomes of PF-PASCAL's coordinates, which count the first pixel as 1:
   * `keep` leaves them as filed, which published numbers do and which is the
   * default; `shift` takes 1 off, so that they count from 0.
   */
  readonly oneBased?: "keep" | "shift";
  /**
   * Where mirrored pairs of PF-PASCAL have their keypoints: exactly where the
   * picture has them, by default, or at `W - x` as much published code does.
   */
  readonly mirrorRule?: "exact" | "offByOne";
  /** Which of SPair-71k's lists: `large`, by default, or `small`. */
  readonly layout?: "large" | "small";
  /** Pixels between two points of TSS, whose annotation is a flow; 16 by default. */
  readonly everyPixels?: number;
  /**
   * Pairs of AP-10K drawn of each category, without replacement by a fixed
   * seed; 0, the default, takes all. Published evaluations draw 20, with
   * replacement.
   */
  readonly perCategory?: number;
}

/** What {@linkcode readPairs} takes for a choice that is not made. */
export const READING_DEFAULTS: Required<ReadingChoices> = {
  keypoints: "csv",
  oneBased: "keep",
  mirrorRule: "exact",
  layout: "large",
  everyPixels: 16,
  perCategory: 0,
};

/** Options of {@linkcode readPairs}. */
export interface ReadPairsOptions extends ReadingChoices {
  /** Layout of the folder. */
  readonly format: DataFormat;
  /**
   * Split: `trn`, `val`, `test` for SPair and PF-PASCAL, `test` for PF-WILLOW,
   * `train`, `val` for WILLOW, `test` for TSS, or one of its folders, a folder of
   * `PairAnnotation` for AP-10K, any name for `jsonl`.
   */
  readonly split: string;
}

/**
 * Reads the pairs of one split, and finds that every picture is there.
 *
 * Coordinates are kept exactly as the files have them unless a choice says
 * otherwise. MATLAB counts pixels from 1, so those of PF-PASCAL and PF-WILLOW
 * may be one pixel right and below of 0-based ones; published numbers were
 * measured with the values as they are. PF-PASCAL's pairs with a `flip` of 1
 * have both pictures mirrored, by their `edits`, and keypoints and boxes with
 * them.
 *
 * A bad row is never skipped: a wrong number of columns, something that is not
 * a number, no keypoint, a keypoint outside an annotated size and a missing
 * picture are errors that name file, row and column. So is a split without any
 * pair, which names file and split. Where the list of a split is not there the
 * error names the splits that are.
 *
 * @param root Folder that holds the data set.
 * @param options Format, split and choices.
 * @returns The pairs in the order of the file, or what is wrong.
 * @throws {OptionError} If the format is unknown.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { readPairs } from "@simsc/core/data";
 *
 * const read = readPairs("no/such/folder", { format: "spair", split: "test" });
 * const outcome = await read();
 * equal(outcome._tag === "Left" && outcome.left._tag, "MissingFile");
 * ```
 */
export function readPairs(
  root: string,
  options: ReadPairsOptions,
): AsyncResult<DataError, PairSet> {
  const { format } = options;
  if (!DATA_FORMATS.includes(format)) {
    const wanted = `one of ${DATA_FORMATS.join(", ")}`;
    throw new OptionError("readPairs", "format", wanted, format);
  }
  return () =>
    attemptAsync(async () => {
      const { readSplit } = await import("./_read_split.ts");
      return await readSplit(root, options);
    });
}
