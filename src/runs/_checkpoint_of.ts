import { runFiles } from "./run_folder.ts";

/** The best checkpoint of the folder of a run, or the file itself. */
export async function checkpointOf(path: string): Promise<string> {
  const { stat } = await import("node:fs/promises");
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() ? runFiles(path).best : path;
}
