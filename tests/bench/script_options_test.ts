import { match, strictEqual, throws } from "node:assert/strict";
import { headOf, scriptOptions } from "../../bench/script_options.ts";
import project from "../../deno.json" with { type: "json" };
import { runTask } from "./_run_task.ts";

/** Benchmarks that take options. */
const TASKS = Object.keys(project.tasks)
  .filter((name) => name.startsWith("bench:"));

Deno.test("headOf() is the first comment without its marks", () => {
  const source = `/**
 * Times a thing:
 *
 *     deno task bench:thing
 *
 * @module
 */

/** Another. */
`;
  strictEqual(headOf(source), "Times a thing:\n\n    deno task bench:thing");
  strictEqual(headOf("export {};"), "");
});

for (const task of TASKS) {
  Deno.test(`deno task ${task} --help tells how it is called`, async () => {
    const { code, out, err } = await runTask(task, "--help");
    strictEqual(code, 0, err);
    match(out, new RegExp(`^    deno task ${task}\\b`, "m"));
  });
}

Deno.test("scriptOptions() ends with 2 where an option is unknown", async () => {
  const { code, out, err } = await runTask("bench:memory", "--round", "1");
  strictEqual(code, 2, out);
  match(err, /^error: Unknown option '--round'.*--help tells what there is/m);
});

Deno.test("scriptOptions() takes no mistake in its config for a user's", () => {
  const round = { type: "number" as "string" };
  throws(
    () => scriptOptions(import.meta.url, { args: [], options: { round } }),
    TypeError,
  );
});
