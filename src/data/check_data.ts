/**
 * A look over a whole data set before days are spent on it.
 *
 * @module
 */

import type { AsyncResult } from "../core/result.ts";
import { inspectSplit } from "./_inspect_split.ts";
import { PUBLIC_COUNTS } from "./_public_counts.ts";
import { attemptAsync, Refusal } from "./_refusal.ts";
import { counted } from "./counted.ts";
import { type DataError, missingFile } from "./data_error.ts";
import type { DataFinding, DataReport, SplitLeak } from "./data_report.ts";
import type { PairSet } from "./image_pair.ts";
import { leakCheck } from "./leak_check.ts";
import type { DataFormat, ReadingChoices } from "./read_pairs.ts";

/** Options of {@linkcode checkData}. */
export interface CheckDataOptions extends ReadingChoices {
  /** Layout of the folder. */
  readonly format: DataFormat;
  /** Splits to look at; by default all that the format has and the folder too. */
  readonly splits?: readonly string[];
  /** Stops between two splits; the promise is then rejected with its reason. */
  readonly signal?: AbortSignal;
  /** Hears of each split. */
  readonly onProgress?: (
    progress: { readonly done: number; readonly total: number },
  ) => void;
}

/**
 * Counts what a data set holds, by split and category, compares it with what
 * the public one holds, and looks for missing files, keypoints outside their
 * pictures, pictures of another size than annotated, and pairs and pictures
 * that one split shares with another.
 *
 * Pictures are opened for their size alone. Where there are none at all, the
 * lists are checked by themselves and a finding says so. What makes a split
 * unreadable is a finding too; the others are looked at all the same.
 *
 * @param root Folder that holds the data set.
 * @param options Format, splits and choices.
 * @returns The report; a `MissingFile` where not one list is there.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { checkData } from "@simsc/core/data";
 *
 * const outcome = await checkData("no/such/folder", { format: "spair" })();
 * equal(outcome._tag === "Left" && outcome.left._tag, "MissingFile");
 * ```
 */
export function checkData(
  root: string,
  options: CheckDataOptions,
): AsyncResult<DataError, DataReport> {
  const { format, splits, signal, onProgress } = options;
  return () =>
    attemptAsync(async () => {
      const { readFormat, splitsOf } = await import("./_read_format.ts");
      const { tolerantFind } = await import("./_find_file.ts");
      const names = splits ?? await splitsOf(root, format);
      const sets: PairSet[] = [];
      const reports: DataReport["splits"][number][] = [];
      const findings: DataFinding[] = [];
      let absent: DataError | undefined;
      for (const [index, split] of names.entries()) {
        signal?.throwIfAborted();
        onProgress?.({ done: index, total: names.length });
        const missing = new Set<string>();
        try {
          const find = tolerantFind(missing);
          const set = await readFormat(root, { ...options, split }, find);
          const isLarge = options.layout !== "small";
          const known = isLarge ? PUBLIC_COUNTS[format]?.[split] : undefined;
          const inspected = await inspectSplit(set, missing, known);
          sets.push(set);
          reports.push(inspected.report);
          findings.push(...inspected.findings);
        } catch (thrown) {
          if (!(thrown instanceof Refusal)) throw thrown;
          const { error } = thrown;
          // Nothing but the list is looked for strictly.
          if (error._tag === "MissingFile" && splits === undefined) {
            absent ??= error;
          } else findings.push(malformed(split, error));
        }
      }
      onProgress?.({ done: names.length, total: names.length });
      if (reports.length === 0 && findings.length === 0) {
        throw new Refusal(absent ?? missingFile(root));
      }
      const leaks = leaksOf(sets);
      const all = [...findings, ...leaks.flatMap(leakFinding)];
      return {
        root,
        format,
        splits: reports,
        leaks,
        findings: [
          ...all.filter(({ level }) => level === "error"),
          ...all.filter(({ level }) => level === "warning"),
        ],
      };
    });
}

function malformed(split: string, { message }: DataError): DataFinding {
  return {
    level: "error",
    kind: "malformed",
    split,
    message,
    count: 1,
    examples: [],
  };
}

/** Every split against each before it: training comes first in every format. */
function leaksOf(sets: readonly PairSet[]): readonly SplitLeak[] {
  return sets.flatMap((judged, j) =>
    sets.slice(0, j).map((seen) => ({
      seen: seen.split,
      judged: judged.split,
      ...leakCheck(seen.pairs, judged.pairs),
    }))
  );
}

function leakFinding(leak: SplitLeak): readonly DataFinding[] {
  const { seen, judged, leakedPairs, pairs, sharedImages, images } = leak;
  if (leakedPairs.length === 0 && sharedImages.length === 0) return [];
  const rest = pairs - leakedPairs.length;
  const percent = (100 * leakedPairs.length / pairs).toFixed(1);
  return [{
    level: "warning",
    kind: "leak",
    split: judged,
    message: `${leakedPairs.length} of ${pairs} ${judged} pairs (${percent} ` +
      `%) and ${sharedImages.length} of ${images} pictures are in ${seen} ` +
      `too; ${counted(rest, "pair")} ${rest === 1 ? "is" : "are"} not`,
    count: leakedPairs.length,
    examples: leakedPairs.slice(0, 3),
  }];
}
