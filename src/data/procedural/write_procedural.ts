/**
 * Data sets that the library draws itself.
 *
 * @module
 */

import { OptionError } from "../../core/errors.ts";
import type { AsyncResult } from "../../core/result.ts";
import { attemptAsync, unwrap } from "../_refusal.ts";
import type { DataError } from "../data_error.ts";
import { writeAtomic } from "../files.ts";
import { writeSpair } from "../write_spair.ts";
import { checkProceduralOptions } from "./_check_options.ts";
import { drawSet, type Plan } from "./_draw_set.ts";
import {
  heldBy,
  marker,
  partialFolder,
  putInPlace,
  remove,
  removeStale,
} from "./_procedural_folder.ts";
import type { PerSplit, ProceduralProgress } from "./per_split.ts";
import { proceduralCategories } from "./procedural_categories.ts";
import {
  proceduralDefaults,
  type ProceduralOptions,
} from "./procedural_options.ts";

/** Options of {@linkcode writeProcedural}. */
export interface WriteProceduralOptions {
  /** Everything random follows from it; an integer. */
  readonly seed: number;
  /** Pictures drawn of each category; 60, 10 and 20 by default. */
  readonly imagesPerCategory?: PerSplit;
  /**
   * Ordered pairs listed of each category, fewer where there are not as many;
   * 120, 20 and 40 by default.
   */
  readonly pairsPerCategory?: PerSplit;
  /** Names of the categories; all of {@linkcode proceduralCategories} by default. */
  readonly categories?: readonly string[];
  /** What differs from {@linkcode proceduralDefaults} in the drawings. */
  readonly drawing?: Partial<ProceduralOptions>;
  /** Stops between two pictures or files; nothing is left behind. */
  readonly signal?: AbortSignal;
  /** Told after every picture. */
  readonly onProgress?: (progress: ProceduralProgress) => void;
}

/** What {@linkcode writeProcedural} leaves. */
export interface ProceduralSummary {
  /** The folder. */
  readonly root: string;
  /** Names of the categories. */
  readonly categories: readonly string[];
  /** Pictures in each split. */
  readonly images: PerSplit;
  /** Pairs in each split. */
  readonly pairs: PerSplit;
  /** Whether the folder already held this very data set and was left alone. */
  readonly reused: boolean;
}

/** Counts up whenever the same options would give other bytes. */
const version = 1;

/**
 * Draws a data set and writes it as SPair-71k is published, with
 * `readPairs(root, { format: "spair", split })` to read it. No picture is in
 * two splits.
 *
 * The folder appears when everything is in it: the work is done in a folder
 * `<root>.partial-<random>` of its own. What a killed run leaves there is
 * removed by a later one after an hour. A folder that holds the same data set
 * already, or does so when the work is done, is left as it is; one that holds
 * another of these data sets is replaced; any other is refused.
 *
 * @param root Folder to make.
 * @param options Seed, amounts and looks.
 * @returns What is in the folder, or what could not be written.
 * @throws {OptionError} If an option is out of range.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { mkdtemp, rm } from "node:fs/promises";
 * import { readPairs, writeProcedural } from "@simsc/core/data";
 *
 * const folder = await mkdtemp("procedural-");
 * const few = { trn: 2, val: 2, test: 2 };
 * await writeProcedural(`${folder}/drawn`, {
 *   seed: 1,
 *   categories: ["car"],
 *   imagesPerCategory: few,
 *   pairsPerCategory: few,
 *   drawing: { size: 64 },
 * })();
 * const read = await readPairs(`${folder}/drawn`, {
 *   format: "spair",
 *   split: "test",
 * })();
 * equal(read._tag === "Right" && read.right.pairs.length, 2);
 * await rm(folder, { recursive: true });
 * ```
 */
export function writeProcedural(
  root: string,
  options: WriteProceduralOptions,
): AsyncResult<DataError, ProceduralSummary> {
  const plan = planOf(options);
  const contents = JSON.stringify({ generator: "procedural", version, plan });
  return () =>
    attemptAsync(async () => {
      const { join } = await import("node:path");
      const found = await heldBy(root);
      if (found?.contents === contents) {
        return { ...found.summary, root, reused: true };
      }
      await removeStale(root);
      const partial = await partialFolder(root);
      try {
        const set = await drawSet(plan, options);
        unwrap(await writeSpair(partial, set, signalOf(options))());
        const summary = {
          categories: plan.categories,
          images: count(set.images, ({ name }) => name.split("_")[0]!),
          pairs: count(set.pairs, ({ split }) => split),
        };
        unwrap(
          await writeAtomic(
            join(partial, marker),
            JSON.stringify({ contents, summary }, null, 1),
          )(),
        );
        const reused = await putInPlace(partial, { root, contents });
        return { ...summary, root, reused };
      } finally {
        await remove(partial);
      }
    });
}

function planOf(options: WriteProceduralOptions): Plan {
  const known = proceduralCategories().map(({ name }) => name);
  const plan: Plan = {
    seed: options.seed,
    categories: options.categories ?? known,
    images: options.imagesPerCategory ?? { trn: 60, val: 10, test: 20 },
    pairs: options.pairsPerCategory ?? { trn: 120, val: 20, test: 40 },
    drawing: { ...proceduralDefaults, ...options.drawing },
  };
  if (!Number.isSafeInteger(plan.seed)) {
    throw new OptionError("writeProcedural", "seed", "an integer", plan.seed);
  }
  for (const name of plan.categories) {
    if (!known.includes(name)) {
      throw new OptionError(
        "writeProcedural",
        "categories",
        `some of ${known.join(", ")}`,
        name,
      );
    }
  }
  for (const split of ["trn", "val", "test"] as const) {
    for (const part of ["images", "pairs"] as const) {
      const amount = plan[part][split];
      if (!Number.isSafeInteger(amount) || amount < 0) {
        throw new OptionError(
          "writeProcedural",
          `${part}PerCategory.${split}`,
          "an integer of 0 or more",
          amount,
        );
      }
    }
  }
  checkProceduralOptions("writeProcedural", plan.drawing);
  return plan;
}

function signalOf(
  { signal }: WriteProceduralOptions,
): { readonly signal?: AbortSignal } {
  return signal ? { signal } : {};
}

function count<A>(items: readonly A[], split: (item: A) => string): PerSplit {
  const of = (name: string) => items.filter((i) => split(i) === name).length;
  return { trn: of("trn"), val: of("val"), test: of("test") };
}
