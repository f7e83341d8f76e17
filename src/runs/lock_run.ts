import type { AsyncResult } from "../core/result.ts";
import { left, right } from "./_result.ts";
import type { RunBusy } from "./run_error.ts";
import { runFiles } from "./run_folder.ts";

/** The part of a Deno file that locks. */
interface LockingFile {
  tryLock(exclusive: boolean): Promise<boolean>;
  close(): void;
}

/**
 * Keeps other processes from taking up a run: two would write over each other's
 * checkpoints. The lock is on its `config.json`, and ends with the process at
 * the latest. Where the runtime or the file system has no locks, none is held.
 *
 * @param folder Folder of the run.
 * @returns What lets go of it, or that another process has it.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { mkdtemp, rm, writeFile } from "node:fs/promises";
 * import { lockRun } from "@simsc/core/runs";
 *
 * const folder = await mkdtemp("runs-");
 * await writeFile(`${folder}/config.json`, "{}");
 * const first = await lockRun(folder)();
 * const second = await lockRun(folder)();
 * equal(second._tag === "Left" && second.left._tag, "RunBusy");
 * if (first._tag === "Right") first.right();
 * await rm(folder, { recursive: true });
 * ```
 */
export function lockRun(folder: string): AsyncResult<RunBusy, () => void> {
  const { config } = runFiles(folder);
  const none = right(() => {});
  return async () => {
    const { Deno } = globalThis as {
      Deno?: { open(path: string): Promise<LockingFile> };
    };
    // Whether the file is there is for whoever reads it to say.
    const file = await Deno?.open(config).catch(() => undefined);
    if (file === undefined) return none;
    try {
      if (await file.tryLock(true)) return right(() => file.close());
    } catch {
      file.close();
      return none;
    }
    file.close();
    const message =
      `${folder}: must be a run of one process: got one that another trains`;
    return left({ _tag: "RunBusy", folder, message });
  };
}
