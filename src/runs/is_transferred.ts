import type { PairSet } from "../data/image_pair.ts";
import type { TrainConfig } from "./train_config.ts";
import { PROCEDURAL } from "./training_data.ts";

/**
 * Whether a data set is another one than a model was trained on, for the mark
 * `(T)` of the paper's tables.
 *
 * A folder that is the same is the same data set; so is one of the same layout,
 * since data sets are moved and copied, except that drawn objects are never
 * SPair-71k, whose layout they have.
 *
 * @param training What the model was trained on.
 * @param folder Folder of the data set.
 * @param set The data set.
 * @returns True where the model has come from elsewhere.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { isTransferred } from "@simsc/core/runs";
 *
 * const training = { data: "pascal", format: "pf-pascal" } as const;
 * equal(isTransferred(training, "willow", { name: "pf-willow" }), true);
 * equal(isTransferred(training, "copy", { name: "pf-pascal" }), false);
 * ```
 */
export function isTransferred(
  training: Pick<TrainConfig, "data" | "format">,
  folder: string,
  set: Pick<PairSet, "name">,
): boolean {
  if (plain(training.data) === plain(folder)) return false;
  const wasDrawn = training.data === PROCEDURAL;
  const isDrawn = plain(folder).split(/[/\\]/).at(-1) === PROCEDURAL;
  return wasDrawn !== isDrawn || training.format !== set.name;
}

/** A path without what changes nothing at its ends. */
function plain(path: string): string {
  return path.replace(/^(\.[/\\])+/, "").replace(/[/\\]+$/, "");
}
