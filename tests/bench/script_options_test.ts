import { match, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { headOf } from "../../bench/script_options.ts";
import project from "../../deno.json" with { type: "json" };

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Benchmarks that take options. */
const TASKS = Object.keys(project.tasks)
  .filter((name) => name.startsWith("bench:"));

async function run(task: string, ...args: readonly string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", task, ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const [out, err] = [stdout, stderr].map((x) => new TextDecoder().decode(x));
  return { code, out: out!, err: err! };
}

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
    const { code, out, err } = await run(task, "--help");
    strictEqual(code, 0, err);
    match(out, new RegExp(`^    deno task ${task}\\b`, "m"));
  });
}

Deno.test("a benchmark refuses options by name", async () => {
  const cases = [
    [["bench:memory", "--round", "1"], /^error: Unknown option '--round'/m],
    [["bench:memory", "--rounds", "0"], /^error: --rounds must be a whole/m],
    [["bench:scopes", "--format", "willow"], /^error: --data and --weights/m],
    [["bench:peers", "--case", "vgg"], /^error: --case must be one of resnet/m],
    [
      ["bench:engines", "--case", "vgg"],
      /^error: --case must be one of small/m,
    ],
    [
      ["bench:scaling", "--axis", "depth"],
      /^error: --axis must be one of pairs/m,
    ],
    [["bench:export"], /^error: RUN must be given/m],
    [["bench:check", "one.json"], /^error: two files must be given/m],
  ] as const;
  for (const [[task, ...args], wanted] of cases) {
    const { code, out, err } = await run(task, ...args);
    strictEqual(code, 2, out);
    match(err, wanted);
  }
});
