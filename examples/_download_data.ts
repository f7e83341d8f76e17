/**
 * What `deno task data download` does.
 */

import process from "node:process";
import { join } from "node:path";
import {
  counted,
  DATA_SOURCES,
  type DataSource,
  downloadData,
} from "@simsc/core/data";
import { terminalProgress, watchInterrupt } from "@simsc/core/runs";
import type { DownloadCommand } from "./_data_options.ts";

/**
 * Downloads a data set and says what came.
 *
 * @param command What the command line asks for.
 * @returns Status to end with.
 */
export async function runDownload(command: DownloadCommand): Promise<number> {
  const source = DATA_SOURCES.find(({ name }) =>
    name === command.name
  ) as DataSource;
  const { title, homepage, terms, root, format, note } = source;
  console.error(`${title}, ${homepage}\n${terms}`);
  const interrupt = await watchInterrupt();
  const progress = terminalProgress(process.stderr);
  const outcome = await downloadData(source, command.folder, {
    ...command,
    signal: interrupt.signal,
    onProgress: ({ stage, name, done, total = done }) =>
      progress.report({
        kind: "count",
        label: `${stage} ${name}`,
        done,
        total,
      }),
  })().catch((reason: unknown) => {
    if (interrupt.signal.aborted) return undefined;
    throw reason;
  });
  progress.close();
  interrupt.dispose();
  if (outcome === undefined || interrupt.signal.aborted) {
    console.error("stopped: the same command goes on");
    return 130;
  }
  if (outcome._tag === "Left") {
    console.error(outcome.left.message);
    return 1;
  }
  const files = outcome.right;
  const folder = join(command.folder, root);
  const next = `deno task data check ${folder} --format ${format}`;
  const lines = files.map(({ name, bytes, sha256, wasThere }) =>
    `${name}: ${counted(bytes, "byte")}, SHA-256 ${sha256}${
      wasThere ? ", was there" : ""
    }`
  );
  console.log(
    command.json
      ? JSON.stringify({ name: source.name, folder, format, files }, null, 1)
      : [...lines, ...(note ? [note] : []), `next: ${next}`].join("\n"),
  );
  return 0;
}
