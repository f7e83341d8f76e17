/**
 * What `deno task data check` does.
 */

import process from "node:process";
import { checkData, type DataReport } from "@simsc/core/data";
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
    onProgress: ({ what, ...count }) =>
      progress.report({ kind: "count", label: `checking ${what}`, ...count }),
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
  const isBare = hasNoPicture(checked.right);
  if (isBare && !command.json) {
    console.log(
      `error: not one picture is in ${command.folder}: only lists were checked`,
    );
  }
  const { findings } = checked.right;
  return isBare || findings.some(({ level }) => level === "error") ? 1 : 0;
}

/** Whether all pictures of all splits are absent. */
function hasNoPicture({ splits, findings }: DataReport): boolean {
  return splits.length > 0 &&
    splits.every(({ split, images }) =>
      findings.some((finding) =>
        finding.kind === "missing-images" && finding.split === split &&
        finding.count === images
      )
    );
}
