import type { WriteProceduralOptions } from "../../data/procedural/write_procedural.ts";
import { drawnDefaults } from "../train_config.ts";
import type { StudySettings, TestSet } from "./study.ts";

/** Seed of the drawn data set: that of `trainingData`, so that both share it. */
const DRAWING_SEED = 0;

/** Two categories of small pictures: everything runs in moments. */
const TINY_SET: WriteProceduralOptions = {
  seed: DRAWING_SEED,
  categories: ["car", "fish"],
  imagesPerCategory: { trn: 4, val: 2, test: 4 },
  pairsPerCategory: { trn: 4, val: 2, test: 4 },
  drawing: { size: 64 },
};

/**
 * Settings for objects that the library draws: a small backbone trained from
 * nothing, at a budget that compares temperatures and no more.
 *
 * @param root Folder of the drawn data set.
 * @returns The settings.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { drawnSettings } from "@simsc/core/runs";
 *
 * equal(drawnSettings("runs/procedural").base.backbone, "tiny");
 * ```
 */
export function drawnSettings(root: string): StudySettings {
  return {
    base: {
      ...drawnDefaults,
      data: root,
      epochs: 3,
      groups: 2,
      warmup: 20,
    },
    tests: [testOf(root)],
    drawings: [{ root, options: { seed: DRAWING_SEED } }],
    drawnPairs: 4,
  };
}

/**
 * Settings that run every study in seconds: enough to see that it works, and
 * nothing else can be read from it.
 *
 * @param root Folder of the drawn data set, of its own.
 * @returns The settings.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { tinySettings } from "@simsc/core/runs";
 *
 * equal(tinySettings("runs/tiny").base.size, 64);
 * ```
 */
export function tinySettings(root: string): StudySettings {
  return {
    base: {
      ...drawnDefaults,
      data: root,
      size: 64,
      epochs: 1,
      batch: 4,
      groupSize: 2,
      groups: 1,
      warmup: 0,
    },
    tests: [testOf(root)],
    drawings: [{ root, options: TINY_SET }],
    values: [0.02, 1],
    backbones: ["tiny", "tiny-vit"],
    drawnPairs: 1,
  };
}

function testOf(root: string): TestSet {
  return {
    name: "drawn",
    data: root,
    format: "spair",
    split: "test",
    space: "evaluation",
  };
}
