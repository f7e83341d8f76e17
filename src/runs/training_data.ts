/**
 * The pairs a run trains on and is judged by.
 *
 * @module
 */

import type { AsyncResult } from "../core/result.ts";
import { counted } from "../data/counted.ts";
import { type DataError, malformedFile } from "../data/data_error.ts";
import type { PairSet } from "../data/image_pair.ts";
import { pictureKey } from "../data/picture_edit.ts";
import { writeProcedural } from "../data/procedural/write_procedural.ts";
import { readPairs } from "../data/read_pairs.ts";
import { withSizes } from "../data/with_sizes.ts";
import { groupName } from "./_group_name.ts";
import { left, right } from "./_result.ts";
import { type Aborted, aborted } from "./aborted.ts";
import type { ProgressEvent } from "./format_progress.ts";
import type { TrainConfig } from "./train_config.ts";

/** Both splits of a run. */
export interface TrainingData {
  /** Folder of the data set. */
  readonly root: string;
  /** Pairs to train on. */
  readonly train: PairSet;
  /** Pairs that choose the best checkpoint. */
  readonly validation: PairSet;
}

/** Options of {@linkcode trainingData}. */
export interface TrainingDataOptions {
  /** Folder of the run; drawn pictures go beside it. */
  readonly out: string;
  /** Stops the drawing. */
  readonly signal?: AbortSignal;
  /** Hears of drawn pictures. */
  readonly onProgress?: (event: ProgressEvent) => void;
}

/** Name of the data set that is drawn rather than read. */
export const PROCEDURAL = "procedural";

/** Seed of the drawn data set: one for all runs, so that they compare. */
const DRAWING_SEED = 0;

/**
 * Reads both splits; draws the procedural data set first where it is asked for
 * and not there yet.
 *
 * @param config What the run was told.
 * @param options Where drawn pictures go.
 * @returns The pairs, or the first file that is wrong; an empty split is.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { paperDefaults, trainingData } from "@simsc/core/runs";
 *
 * const found = await trainingData(
 *   { ...paperDefaults, data: "none" },
 *   { out: "runs/mine" },
 * )();
 * equal(found._tag === "Left" && found.left._tag, "MissingFile");
 * ```
 */
export function trainingData(
  config: Pick<
    TrainConfig,
    | "data"
    | "format"
    | "keypoints"
    | "reading"
    | "trainSplit"
    | "validationSplit"
    | "groupSize"
    | "augment"
  >,
  options: TrainingDataOptions,
): AsyncResult<DataError | Aborted, TrainingData> {
  return async () => {
    const { dirname, join } = await import("node:path");
    const root = config.data === PROCEDURAL
      ? join(dirname(options.out), PROCEDURAL)
      : config.data;
    if (config.data === PROCEDURAL) {
      const { signal, onProgress } = options;
      const drawn = await writeProcedural(root, {
        seed: DRAWING_SEED,
        ...(signal && { signal }),
        onProgress: ({ done, total }) =>
          onProgress?.({ kind: "count", label: "drawing images", done, total }),
      })().catch((reason: unknown) => {
        if (signal?.aborted) return aborted("drawing images");
        throw reason;
      });
      if (drawn._tag === "Left") return drawn;
    }
    const read = (split: string) =>
      readPairs(root, { ...config, ...config.reading, split })();
    const train = await read(config.trainSplit);
    if (train._tag === "Left") return train;
    const sized = config.augment?.length
      ? await withSizes(train.right)()
      : train;
    if (sized._tag === "Left") return sized;
    const validation = await read(config.validationSplit);
    if (validation._tag === "Left") return validation;
    const unnamed = train.right.pairs.find((pair) => !pair.keypointIds);
    if (config.groupSize !== null && unnamed) {
      const wanted = "named keypoints for groups; --group-size 0 does without";
      return left(
        malformedFile(root, `keypoints of ${unnamed.id}`, wanted, "none"),
      );
    }
    const most = largestGroup(train.right);
    if (config.groupSize !== null && config.groupSize > most) {
      const wanted = `at most the ${counted(most, "image")} of a category`;
      const got = String(config.groupSize);
      return left(malformedFile(root, "groupSize", wanted, got));
    }
    return right({ root, train: sized.right, validation: validation.right });
  };
}

/** Images of the category that has most. */
function largestGroup({ pairs }: PairSet): number {
  const categories = new Map<string, Set<string>>();
  for (const pair of pairs) {
    const { source, target } = pair;
    const category = groupName(pair);
    const keys = categories.get(category) ?? new Set();
    categories.set(
      category,
      keys.add(pictureKey(source)).add(pictureKey(target)),
    );
  }
  return Math.max(...[...categories.values()].map((keys) => keys.size));
}
