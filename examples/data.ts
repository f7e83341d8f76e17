/**
 * Data sets: `deno task data check FOLDER --format F` and
 * `deno task data download NAME FOLDER`.
 *
 * @module
 */

import process from "node:process";
import { runCheck } from "./_check_data.ts";
import { dataCommand } from "./_data_options.ts";
import { runDownload } from "./_download_data.ts";

const command = dataCommand(process.argv.slice(2));
process.exit(
  command.kind === "check"
    ? await runCheck(command)
    : await runDownload(command),
);
