import { lstat, readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { refuse } from "./_refusal.ts";

/** Moves what lies in `from` into `to`: folders are joined, files replaced. */
export async function moveInto(
  from: string,
  to: string,
  archive: string,
): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    // Not stat: a link to a folder elsewhere is no folder to go into.
    const there = await lstat(target).catch(() => undefined);
    if (there?.isDirectory() && entry.isDirectory()) {
      await moveInto(source, target, archive);
    } else if (there === undefined || (there.isFile() && entry.isFile())) {
      await rename(source, target);
    } else {
      const wanted = `free for a ${entry.isDirectory() ? "folder" : "file"}`;
      refuse(archive, target, wanted, "something else there");
    }
  }
}
