/**
 * Compares two files of results: ends with 1 where a ratio of the later one is
 * worse than in the earlier one by more than 15 %.
 *
 *     deno task bench:check EARLIER LATER
 *
 * @module
 */

import { readFile } from "node:fs/promises";
import process from "node:process";
import { scriptOptions } from "./script_options.ts";
import { ratiosOf, worsened } from "./worsened.ts";
import { wrongOption } from "./wrong_option.ts";

const { positionals: files } = scriptOptions(
  import.meta.url,
  { allowPositionals: true, options: {} },
);
if (files.length !== 2) {
  wrongOption(
    `two files must be given, EARLIER and LATER: got ${files.length}`,
  );
}
const [earlier, later] = await Promise.all(
  files.map(async (file) => JSON.parse(await readFile(file, "utf8"))),
);
const names = new Set(ratiosOf(earlier).map(({ case: name }) => name));
const both = ratiosOf(later).filter(({ case: name }) => names.has(name));
if (both.length === 0) {
  wrongOption("the files must have a case in common: got none");
}
const worse = worsened(later, earlier);
for (const line of worse) console.error(`worse: ${line}`);
console.log(`${both.length - worse.length} of ${both.length} ratios hold`);
process.exit(worse.length === 0 ? 0 : 1);
