/**
 * The folder of one run: names of its files, starting one, finding one.
 *
 * @module
 */

import { OptionError } from "../core/errors.ts";
import type { AsyncResult } from "../core/result.ts";
import { type DataError, malformedFile } from "../data/data_error.ts";
import type { NoRun, RunExists } from "./run_error.ts";

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
 */
export function createRunFolder(
  folder: string,
): AsyncResult<DataError | RunExists, RunFiles> {
  const files = runFiles(folder);
  return async () => {
    const found = await firstThat(files, (there) => there);
    if (found !== undefined) {
      const message =
        `${folder}: must be a folder without a run: got one with ${found}; ` +
        "use --resume to go on with it, or another --out";
      return {
        _tag: "Left",
        left: { _tag: "RunExists", folder, found, message },
      };
    }
    try {
      const { mkdir } = await import("node:fs/promises");
      await mkdir(folder, { recursive: true });
      return { _tag: "Right", right: files };
    } catch (cause) {
      const got = cause instanceof Error ? cause.message : String(cause);
      return {
        _tag: "Left",
        left: malformedFile(folder, "folder", "writable", got, cause),
      };
    }
  };
}

/**
 * Finds the run in a folder, to go on with it.
 *
 * @param folder Path of the folder.
 * @returns The paths of its files, or which of those needed is missing.
 * @throws {OptionError} If the path is empty.
 */
export function openRunFolder(folder: string): AsyncResult<NoRun, RunFiles> {
  const { config, last } = runFiles(folder);
  return async () => {
    const missing = await firstThat({ config, last }, (there) => !there);
    if (missing === undefined) {
      return { _tag: "Right", right: runFiles(folder) };
    }
    const message =
      `${folder}: must be the folder of a run to resume: got one without ` +
      `${missing}; leave out --resume to start a run, or give the --out of one`;
    return { _tag: "Left", left: { _tag: "NoRun", folder, missing, message } };
  };
}

/** Name of the first file of which `wanted` holds, given whether it is there. */
async function firstThat(
  files: Partial<RunFiles>,
  wanted: (there: boolean) => boolean,
): Promise<string | undefined> {
  const { stat } = await import("node:fs/promises");
  const { folder: _, ...paths } = files;
  for (const path of Object.values(paths)) {
    const there = await stat(path).then(() => true, () => false);
    if (wanted(there)) return path.slice(path.lastIndexOf("/") + 1);
  }
  return undefined;
}
