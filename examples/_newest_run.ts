/**
 * The run that is meant where none is named.
 */

import { readdir, stat } from "node:fs/promises";
import { type AsyncResult, runFiles } from "@simsc/core/runs";

/** There is no run. */
export interface NoRun {
  /** What to do. */
  readonly message: string;
}

/**
 * The run below a folder whose best checkpoint was written last.
 *
 * @param folder Folder of runs.
 * @returns Path of the run, or that there is none and how to come by one.
 */
export function newestRun(folder: string): AsyncResult<NoRun, string> {
  return async () => {
    const names = await readdir(folder).catch(() => []);
    const runs = await Promise.all(names.map(async (name) => {
      const path = `${folder}/${name}`;
      const found = await stat(runFiles(path).best).catch(() => undefined);
      return { path, written: found?.mtimeMs ?? -Infinity };
    }));
    const newest = runs.toSorted((a, b) => b.written - a.written)[0];
    if (newest && newest.written > -Infinity) {
      return { _tag: "Right", right: newest.path };
    }
    const message = `${folder}: there is no trained run: \`deno task train\` ` +
      "makes one in a few minutes; or name one as --checkpoint, or weights " +
      "as --backbone and --weights";
    return { _tag: "Left", left: { message } };
  };
}
