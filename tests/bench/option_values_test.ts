import { deepStrictEqual, equal, match } from "node:assert/strict";
import {
  givenOption,
  nameOption,
  namesOption,
  numberOption,
  wholeOption,
} from "../../bench/option_values.ts";
import { runTask } from "./_run_task.ts";

Deno.test("wholeOption() takes the least and more", () => {
  equal(wholeOption("--steps", "1"), 1);
  equal(wholeOption("--seed", "0", 0), 0);
  equal(wholeOption("--steps", "20"), 20);
});

Deno.test("numberOption() takes the least, fractions too", () => {
  equal(numberOption("--seconds", "0", { least: 0 }), 0);
  equal(numberOption("--seconds", "0.5", { least: 0 }), 0.5);
});

Deno.test("numberOption() takes whatever is above a bound", () => {
  equal(numberOption("--limit", "0.5", { above: 0 }), 0.5);
  equal(numberOption("--limit", "1e-9", { above: 0 }), 1e-9);
});

Deno.test("nameOption() gives the name", () => {
  const name: "a" | "b" = nameOption("--lowering", "b", ["a", "b"]);
  equal(name, "b");
});

Deno.test("namesOption() gives the names as they came", () => {
  const known = ["a", "b", "c"] as const;
  const names: readonly ("a" | "b" | "c")[] = namesOption(
    "--case",
    ["c", "a"],
    known,
  );
  deepStrictEqual(names, ["c", "a"]);
  deepStrictEqual(namesOption("--case", [], known), []);
});

Deno.test("givenOption() gives the text", () => {
  equal(givenOption("--data", "folder"), "folder");
});

const whole = "must be a whole number of at least";
const number = "must be a number of at least";
const above = "must be a number above";
const REFUSED = [
  [["bench:memory", "--rounds", "0"], `--rounds ${whole} 1: got "0"`],
  [["bench:memory", "--rounds", "1.5"], `--rounds ${whole} 1: got "1.5"`],
  [["bench:backbones", "--seed", ""], `--seed ${whole} 0: got ""`],
  [["bench:peers", "--seconds", " "], `--seconds ${number} 0: got " "`],
  [
    ["bench:peers", "--seconds", "Infinity"],
    `--seconds ${number} 0: got "Infinity"`,
  ],
  [["bench:engines", "--limit", "0"], `--limit ${above} 0: got "0"`],
  [
    ["bench:scopes", "--data", "x", "--weights", "y", "--limit", "0"],
    `--limit ${above} 0: got "0"`,
  ],
  [
    ["bench:peers", "--lowering", "fast"],
    '--lowering must be one of auto, plain, blocked: got "fast"',
  ],
  [
    ["bench:scaling", "--axis", "pairs", "--axis", "depth"],
    '--axis must be one of pairs, resolution, points, threads: got "depth"',
  ],
  [["bench:scopes", "--data", "x"], "--weights must be given: got nothing"],
  [["bench:export", ""], "RUN must be given: got nothing"],
] as const;

for (const [[task, ...args], message] of REFUSED) {
  Deno.test(`deno task ${task} refuses ${JSON.stringify(args)}`, async () => {
    const { code, err } = await runTask(task, ...args);
    equal(err.trimEnd().split("\n").at(-1), `error: ${message}`);
    equal(code, 2);
  });
}

const CASES = [
  ["bench:peers", "resnet50-locate"],
  ["bench:engines", "resnet18-step"],
] as const;

for (const [task, known] of CASES) {
  Deno.test(`deno task ${task} tells its cases where one is unknown`, async () => {
    const { code, err } = await runTask(task, "--case", known, "--case", "vgg");
    const names = new RegExp(
      `^error: --case must be one of .*\\b${known}\\b.*: got "vgg"$`,
      "m",
    );
    match(err, names);
    equal(code, 2);
  });
}
