/**
 * The folder of one run: names of its files, starting one, finding one.
 *
 * @module
 */

import { OptionError } from "../core/errors.ts";
import type { AsyncResult } from "../core/result.ts";
import { type DataError, malformedFile } from "../data/data_error.ts";
import { failureWords } from "../data/failure_words.ts";
import { left, right } from "./_result.ts";
import type { RunExists } from "./run_error.ts";

/** Paths of the files of one run. */
export interface RunFiles {
  /** The folder itself. */
  readonly folder: string;
  /** Configuration, JSON. */
  readonly config: string;
  /** Log, one JSON object a line. */
  readonly log: string;
  /** Checkpoint with the best validation. */
  readonly best: string;
  /** Latest checkpoint, where a resumed run goes on. */
  readonly last: string;
  /** Report page. */
  readonly report: string;
}

/**
 * Paths of the files of a run.
 *
 * @param folder Path of the folder, with or without a slash at its end.
 * @returns The paths; nothing is looked at or made.
 * @throws {OptionError} If the path is empty.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { runFiles } from "@simsc/core/runs";
 *
 * equal(runFiles("runs/first/").log, "runs/first/log.jsonl");
 * ```
 */
export function runFiles(folder: string): RunFiles {
  if (folder === "") {
    throw new OptionError("runFiles", "folder", "a path", '""');
  }
  const base = folder.endsWith("/") ? folder : `${folder}/`;
  return {
    folder,
    config: `${base}config.json`,
    log: `${base}log.jsonl`,
    best: `${base}best.safetensors`,
    last: `${base}last.safetensors`,
    report: `${base}report.html`,
  };
}

/**
 * Makes the folder of a new run, and its parents. Other files in it are left
 * alone; those of an earlier run make it refuse, so that none is overwritten.
 *
 * @param folder Path of the folder.
 * @returns The paths of its files, or why a run cannot start there.
 * @throws {OptionError} If the path is empty.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { mkdtemp, rm, writeFile } from "node:fs/promises";
 * import { createRunFolder } from "@simsc/core/runs";
 *
 * const folder = await mkdtemp("runs-");
 * const made = await createRunFolder(`${folder}/first`)();
 * if (made._tag === "Left") throw new Error(made.left.message);
 * await writeFile(made.right.config, "{}");
 * const again = await createRunFolder(`${folder}/first`)();
 * equal(again._tag === "Left" && again.left._tag, "RunExists");
 * await rm(folder, { recursive: true });
 * ```
 */
export function createRunFolder(
  folder: string,
): AsyncResult<DataError | RunExists, RunFiles> {
  const files = runFiles(folder);
  return async () => {
    const found = await firstFound(files);
    if (found !== undefined) {
      const message =
        `${folder}: must be a folder without a run: got one with ${found}; ` +
        "use --resume to go on with it, or another --out";
      return left({ _tag: "RunExists", folder, found, message });
    }
    try {
      const { mkdir } = await import("node:fs/promises");
      await mkdir(folder, { recursive: true });
      return right(files);
    } catch (cause) {
      const got = failureWords(cause, "write");
      return left(malformedFile(folder, "folder", "writable", got, cause));
    }
  };
}

/** Name of the first file that is there. */
async function firstFound(
  { folder: _, ...paths }: RunFiles,
): Promise<string | undefined> {
  const { stat } = await import("node:fs/promises");
  for (const path of Object.values(paths)) {
    const isThere = await stat(path).then(() => true, () => false);
    if (isThere) return path.slice(path.lastIndexOf("/") + 1);
  }
  return undefined;
}
