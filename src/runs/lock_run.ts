import type { AsyncResult } from "../core/result.ts";
import { left, right } from "./_result.ts";
import type { RunBusy } from "./run_error.ts";
import { runFiles } from "./run_folder.ts";

/** The parts of Deno that lock a file. */
interface LockingRuntime {
  open(
    path: string,
    options: { readonly create: true; readonly write: true },
  ): Promise<{
    tryLock(exclusive: boolean): Promise<boolean>;
    close(): void;
  }>;
}

/**
 * Keeps other processes from taking up a run: two would write over each other's
 * checkpoints. The lock is on a file of its own, `run.lock`, which stays when it
 * is let go, and ends with the process at the latest. Where there is no run, and
 * where the runtime or the file system has no locks, none is held: Deno has.
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
    const { Deno } = globalThis as { Deno?: LockingRuntime };
    if (Deno === undefined) return none;
    const { stat } = await import("node:fs/promises");
    const isRun = await stat(config).then(() => true, () => false);
    if (!isRun) return none;
    const path = `${config.slice(0, -"config.json".length)}run.lock`;
    const file = await Deno.open(path, { create: true, write: true })
      .catch(() => undefined);
    // Whoever cannot write here is told so by the first file of the run.
    if (file === undefined) return none;
    try {
      if (await file.tryLock(true)) return right(() => file.close());
    } catch {
      file.close();
      return none;
    }
    file.close();
    const message = `${folder}: must not be in training: got a run that ` +
      "another process trains; wait for it, or use another --out";
    return left({ _tag: "RunBusy", folder, message });
  };
}
