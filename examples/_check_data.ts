/**
 * What `deno task data check` does.
 */

import process from "node:process";
import { checkData } from "@simsc/core/data";
import { formatDataReport, terminalProgress } from "@simsc/core/runs";
import type { CheckCommand } from "./_data_options.ts";

/**
 * Looks a data set over and says what was found.
 *
 * @param command What the command line asks for.
 * @returns Status to end with: 1 where the data cannot be used as it is.
 */
export async function runCheck(command: CheckCommand): Promise<number> {
  const progress = terminalProgress(process.stderr);
  const checked = await checkData(command.folder, {
    ...command,
    onProgress: (count) =>
      progress.report({ kind: "count", label: "checking splits", ...count }),
  })();
  progress.close();
  if (checked._tag === "Left") {
    console.error(checked.left.message);
    return 1;
  }
  console.log(
    command.json
      ? JSON.stringify(checked.right, null, 1)
      : formatDataReport(checked.right, command).trimEnd(),
  );
  return checked.right.findings.some(({ level }) => level === "error") ? 1 : 0;
}
