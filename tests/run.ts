/**
 * Runs the tests and the examples in the documentation, and closes with a
 * plain line of counts: `deno task test [path or flag of "deno test"]...`.
 *
 * @module
 */

import { countTests, formatCounts } from "./_junit.ts";

const folder = await Deno.makeTempDir();
const report = `${folder}/junit.xml`;
const { code } = await new Deno.Command(Deno.execPath(), {
  args: ["test", "-P", "--doc", `--junit-path=${report}`, ...Deno.args],
  cwd: new URL("..", import.meta.url),
  // An emulated GPU complains where there is none.
  env: { XDG_RUNTIME_DIR: Deno.env.get("XDG_RUNTIME_DIR") ?? folder },
}).spawn().status;
const xml = await Deno.readTextFile(report).catch(() => "");
await Deno.remove(folder, { recursive: true });

const counts = countTests(xml);
// A file that does not load fails the run and is no test of the report.
const failed = code === 0 ? counts.failed : Math.max(1, counts.failed);
console.log(formatCounts({ ...counts, failed }));
Deno.exit(code);
