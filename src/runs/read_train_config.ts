import type { AsyncResult } from "../core/result.ts";
import { type DataError, malformedFile } from "../data/data_error.ts";
import { readBytes } from "../data/files.ts";
import { left } from "./_result.ts";
import { decodeTrainConfig } from "./decode_train_config.ts";
import { runFiles } from "./run_folder.ts";
import type { TrainConfig } from "./train_config.ts";

/**
 * What a run was told.
 *
 * @param out Folder of the run.
 * @returns Its configuration, or why it cannot be read.
 * @throws {OptionError} If the path is empty.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { readTrainConfig } from "@simsc/core/runs";
 *
 * const found = await readTrainConfig("runs/none")();
 * equal(found._tag === "Left" && found.left._tag, "MissingFile");
 * ```
 */
export function readTrainConfig(
  out: string,
): AsyncResult<DataError, TrainConfig> {
  const file = runFiles(out).config;
  return async () => {
    const bytes = await readBytes(file)();
    if (bytes._tag === "Left") return bytes;
    try {
      const json = JSON.parse(new TextDecoder().decode(bytes.right));
      return decodeTrainConfig(json, file);
    } catch (cause) {
      const got = (cause as Error).message;
      return left(malformedFile(file, "file", "JSON", got, cause));
    }
  };
}
