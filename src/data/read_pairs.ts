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

/** Options of {@linkcode readPairs}. */
export interface ReadPairsOptions {
  /**
   * Layout of the folder: `pf-willow` is PF-WILLOW's csv, `willow` the same
   * with a `class` column (WILLOW-ObjectClass), `spair` is SPair-71k's.
   */
  readonly format: "pf-willow" | "willow" | "spair";
  /** Split: `test` for PF-WILLOW, `train`, `val` for WILLOW, `trn`, `val`, `test` for SPair. */
  readonly split: string;
  /**
   * Where the keypoints of a csv format come from: the csv itself, or
   * `pts_coord` of the `.mat` file beside each picture. `csv` by default.
   */
  readonly keypoints?: "csv" | "mat";
}

/**
 * Reads the pairs of one split, and finds that every picture is there.
 *
 * Coordinates are kept exactly as the files have them. MATLAB counts pixels
 * from 1, so those of PF-WILLOW may be one pixel right and below of 0-based
 * ones; published numbers were measured with the values as they are.
 *
 * A bad row is never skipped: a wrong number of columns, something that is not
 * a number, no keypoint, a keypoint outside an annotated size and a missing
 * picture are errors that name file, row and column. So is a split without any
 * pair, which names file and split.
 *
 * @param root Folder that holds the data set.
 * @param options Format and split.
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
  const { format, split, keypoints = "csv" } = options;
  if (!["pf-willow", "willow", "spair"].includes(format)) {
    throw new OptionError(
      "readPairs",
      "format",
      '"pf-willow", "willow" or "spair"',
      format,
    );
  }
  return () =>
    attemptAsync(async () => {
      if (format === "spair") {
        const { readSpairPairs } = await import("./_read_spair_pairs.ts");
        return await readSpairPairs(root, split);
      }
      const { readCsvPairs } = await import("./_read_csv_pairs.ts");
      return await readCsvPairs(root, { format, split, keypoints });
    });
}
