/**
 * A look over a whole data set before days are spent on it.
 *
 * @module
 */

import { OptionError } from "../core/errors.ts";
import type { AsyncResult } from "../core/result.ts";
import { decodeFindings } from "./_decode_findings.ts";
import { type InspectedSplit, inspectSplit } from "./_inspect_split.ts";
import { PUBLIC_COUNTS } from "./_public_counts.ts";
import { attemptAsync, Refusal } from "./_refusal.ts";
import { counted } from "./counted.ts";
import type { DataError } from "./data_error.ts";
import type {
  CheckProgress,
  DataFinding,
  DataReport,
  SplitLeak,
} from "./data_report.ts";
import type { ImagePair, PairSet } from "./image_pair.ts";
import { leakCheck } from "./leak_check.ts";
import type { DataFormat, ReadingChoices } from "./read_pairs.ts";

/** Options of {@linkcode checkData}. */
export interface CheckDataOptions extends ReadingChoices {
  /** Layout of the folder. */
  readonly format: DataFormat;
  /** Splits to look at, at least one; by default all that the format has and the folder too. */
  readonly splits?: readonly string[];
  /**
   * Stops between two splits or pictures; the promise is then rejected with its
   * reason.
   */
  readonly signal?: AbortSignal;
  /** Hears of each split that is read, then of each picture that is decoded. */
  readonly onProgress?: (progress: CheckProgress) => void;
}

/**
 * Counts what a data set holds, by split and category, compares it with what
 * the public one holds, and looks for missing files, pictures that cannot be
 * decoded or are of another size than annotated, keypoints outside their
 * pictures, and pairs and pictures that one split shares with another.
 *
 * Every picture is decoded, once for all splits: the header of one that is cut
 * looks like any other. Where there are none at all, the lists are checked by
 * themselves and a finding says so. What makes a split unreadable is a finding
 * too; the others are looked at all the same.
 *
 * @param root Folder that holds the data set.
 * @param options Format, splits and choices.
 * @returns The report; a `MissingFile` where not one list is there, a
 * `MalformedFile` where the root is no folder or its lists hold no pair.
 * @throws {OptionError} If `splits` is empty.
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
  if (splits?.length === 0) {
    throw new OptionError("checkData", "splits", "at least one", "none");
  }
  return () =>
    attemptAsync(async () => {
      const { readFormat, splitsOf } = await import("./_read_format.ts");
      const { requireFolder, tolerantFind } = await import("./_find_file.ts");
      await requireFolder(root);
      const names = splits ?? await splitsOf(root, format);
      // Only `jsonl` has none that are always looked for.
      if (names.length === 0) await refuseNone(root);
      const sets: PairSet[] = [];
      const inspected: InspectedSplit[] = [];
      const malformed: DataFinding[] = [];
      let absent: DataError | undefined;
      for (const [index, split] of names.entries()) {
        signal?.throwIfAborted();
        onProgress?.({ what: "splits", done: index, total: names.length });
        const missing = new Map<string, string>();
        try {
          const find = tolerantFind(missing);
          const set = await readFormat(root, { ...options, split }, find);
          const isLarge = options.layout !== "small";
          const known = isLarge ? PUBLIC_COUNTS[format]?.[split] : undefined;
          inspected.push(await inspectSplit(set, missing, known));
          sets.push(set);
        } catch (thrown) {
          if (!(thrown instanceof Refusal)) throw thrown;
          const { error } = thrown;
          // Nothing but the list is looked for strictly. Splits of a format may
          // be absent; those of `jsonl` are named by what the folder holds.
          const isOptional = splits === undefined && format !== "jsonl";
          if (error._tag === "MissingFile" && isOptional) {
            absent ??= error;
          } else malformed.push(malformedSplit(split, error));
        }
      }
      const total = names.length;
      onProgress?.({ what: "splits", done: total, total });
      if (sets.length === 0 && malformed.length === 0) {
        throw new Refusal(absent as DataError);
      }
      const leaks = leaksOf(sets);
      const { relative } = await import("node:path");
      const nameOf = pairNames(format, (path) => relative(root, path));
      const all = [
        ...malformed,
        ...inspected.flatMap(({ findings }) => findings),
        ...await decodeFindings(inspected, options),
        ...leaks.flatMap((leak) => leakFinding(leak, sets, nameOf)),
      ];
      return {
        root,
        format,
        splits: inspected.map(({ report }) => report),
        leaks,
        findings: [
          ...all.filter(({ level }) => level === "error"),
          ...all.filter(({ level }) => level === "warning"),
        ],
      };
    });
}

/** Says what makes a folder one without a split. */
async function refuseNone(root: string): Promise<never> {
  const { refuseNoPairs } = await import("./_read_jsonl_pairs.ts");
  return await refuseNoPairs(root);
}

function malformedSplit(split: string, { message }: DataError): DataFinding {
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

function leakFinding(
  leak: SplitLeak,
  sets: readonly PairSet[],
  nameOf: (pair: ImagePair) => string,
): readonly DataFinding[] {
  const { seen, judged, leakedPairs, pairs, sharedImages, images } = leak;
  if (leakedPairs.length === 0 && sharedImages.length === 0) return [];
  const rest = pairs - leakedPairs.length;
  const percent = (100 * leakedPairs.length / pairs).toFixed(1);
  const shown = new Set(leakedPairs.slice(0, 3));
  const examples = sets.filter(({ split }) => split === judged)
    .flatMap((set) => set.pairs.filter(({ id }) => shown.has(id)).map(nameOf));
  return [{
    level: "warning",
    kind: "leak",
    split: judged,
    message: `${leakedPairs.length} of ${pairs} ${judged} pairs (${percent} ` +
      `%) and ${sharedImages.length} of ${images} pictures are in ${seen} ` +
      `too; ${counted(rest, "pair")} ${rest === 1 ? "is" : "are"} not`,
    count: leakedPairs.length,
    examples,
  }];
}

/** How a pair is shown: the `id` of one's own may be a bare number. */
function pairNames(
  format: DataFormat,
  relative: (path: string) => string,
): (pair: ImagePair) => string {
  if (format !== "jsonl") return ({ id }) => id;
  return ({ id, source, target }) =>
    `pair ${id}: ${relative(source.path)} and ${relative(target.path)}`;
}
