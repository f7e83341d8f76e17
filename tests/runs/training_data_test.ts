import { equal } from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { drawnDefaults } from "../../src/runs/train_config.ts";
import { trainingData } from "../../src/runs/training_data.ts";
import { inFolder, left } from "./_helpers.ts";

Deno.test("trainingData() stopped while drawing says so and leaves nothing", () =>
  inFolder(async (folder) => {
    const controller = new AbortController();
    const stopped = left(
      await trainingData(drawnDefaults, {
        out: `${folder}/run`,
        signal: controller.signal,
        onProgress: () => controller.abort("SIGINT"),
      })(),
    );
    equal(stopped._tag, "Aborted");
    equal((await readdir(folder)).length, 0);
  }));
