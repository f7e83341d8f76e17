import { writeProcedural } from "../../src/data/procedural/write_procedural.ts";
import {
  drawnDefaults,
  type TrainConfig,
} from "../../src/runs/train_config.ts";
import { right } from "./_helpers.ts";

/** Draws 12 pictures of 64 pixels, 12 pairs to train on and 4 to judge by. */
export async function drawSmallSet(folder: string): Promise<void> {
  right(
    await writeProcedural(folder, {
      seed: 1,
      categories: ["car", "fish"],
      imagesPerCategory: { trn: 4, val: 2, test: 0 },
      pairsPerCategory: { trn: 6, val: 2, test: 0 },
      drawing: { size: 64 },
    })(),
  );
}

/** What trains on it in moments: 3 steps an epoch, 6 in all. */
export function smallConfig(
  data: string,
  change: Partial<TrainConfig> = {},
): TrainConfig {
  return {
    ...drawnDefaults,
    data,
    size: 64,
    epochs: 2,
    batch: 4,
    groupSize: null,
    checkpointEvery: 2,
    ...change,
  };
}
