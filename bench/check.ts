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
import { ratiosOf, worsened } from "./worsened.ts";

const [before, now, ...more] = process.argv.slice(2);
if (before === undefined || now === undefined || more.length > 0) {
  console.error("usage: deno task bench:check EARLIER LATER");
  process.exit(2);
}
const [earlier, later] = await Promise.all(
  [before, now].map(async (file) => JSON.parse(await readFile(file, "utf8"))),
);
const names = new Set(ratiosOf(earlier).map(({ case: name }) => name));
const both = ratiosOf(later).filter(({ case: name }) => names.has(name));
if (both.length === 0) {
  console.error("the files have no case in common");
  process.exit(2);
}
const worse = worsened(later, earlier);
for (const line of worse) console.error(`worse: ${line}`);
console.log(`${both.length - worse.length} of ${both.length} ratios hold`);
process.exit(worse.length === 0 ? 0 : 1);
