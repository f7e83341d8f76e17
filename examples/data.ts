/**
 * Data sets: `deno task data check FOLDER --format F`.
 *
 * @module
 */

import process from "node:process";
import { checkData } from "@simsc/core/data";
import { formatDataReport, terminalProgress } from "@simsc/core/runs";
import { dataCommand } from "./_data_options.ts";

const command = dataCommand(process.argv.slice(2));
const progress = terminalProgress(process.stderr);

const checked = await checkData(command.folder, {
  ...command,
  onProgress: (count) =>
    progress.report({ kind: "count", label: "checking splits", ...count }),
})();
progress.close();
if (checked._tag === "Left") {
  console.error(checked.left.message);
  process.exit(1);
}
console.log(
  command.json
    ? JSON.stringify(checked.right, null, 1)
    : formatDataReport(checked.right, command).trimEnd(),
);
const isUsable = checked.right.findings.every(({ level }) => level !== "error");
process.exit(isUsable ? 0 : 1);
