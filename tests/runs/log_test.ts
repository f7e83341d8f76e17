import { deepStrictEqual, equal, ok } from "node:assert/strict";
import { appendLog } from "../../src/runs/append_log.ts";
import { formatLogRow } from "../../src/runs/format_log_row.ts";
import type { StepRow, ValidationRow } from "../../src/runs/log_row.ts";
import { parseLog } from "../../src/runs/parse_log.ts";
import { readLog } from "../../src/runs/read_log.ts";
import { resumeLog } from "../../src/runs/resume_log.ts";
import { inFolder, left, right } from "./_helpers.ts";

function stepRow(step: number): StepRow {
  return {
    kind: "step",
    step,
    epoch: 0,
    loss: 1 / step,
    crossEntropy: 0.1 + 0.2,
    regularizer: 1e-12,
    betaA: 0.02,
    betaB: 0.03,
    ms: 12.5,
  };
}

function validationRow(step: number): ValidationRow {
  return {
    kind: "validation",
    step,
    epoch: 0,
    pck: { "0.05": 0.25, "0.1": 0.5, "0.15": 0.75 },
    betaProduct: 6e-4,
  };
}

Deno.test("formatLogRow() and parseLog() give the same rows back", () => {
  const rows = [stepRow(1), stepRow(2), validationRow(2), {
    ...stepRow(3),
    gradientNorm: 0.3,
  }, { ...stepRow(4), gradients: { "conv1.weight": 1e-9, "b": NaN } }];
  const text = rows.map(formatLogRow).join("");
  deepStrictEqual(right(parseLog(text, "log.jsonl")), rows);
  equal(text.split("\n").length, 6);
});

Deno.test("formatLogRow() and parseLog() keep NaN and infinities", () => {
  const rows = [
    { ...stepRow(1), loss: NaN, betaA: Infinity, betaB: -Infinity },
    { ...stepRow(2), gradientNorm: NaN },
    { ...validationRow(1), pck: { "0.1": NaN } },
  ];
  const text = rows.map(formatLogRow).join("");
  deepStrictEqual(right(parseLog(text, "log.jsonl")), rows);
});

Deno.test("parseLog() drops a last line torn at any character", () => {
  const whole = formatLogRow(stepRow(1));
  const last = formatLogRow(validationRow(2));
  for (let length = 0; length < last.length - 1; length++) {
    const rows = right(parseLog(whole + last.slice(0, length), "log.jsonl"));
    equal(rows.length, 1);
  }
  // All of it but the line feed is a whole row.
  equal(right(parseLog(whole + last.trimEnd(), "log.jsonl")).length, 2);
});

Deno.test("parseLog() gives no rows for an empty log", () => {
  deepStrictEqual(right(parseLog("", "log.jsonl")), []);
});

Deno.test("parseLog() names file and line of anything else that is torn", () => {
  const torn = formatLogRow(stepRow(2)).slice(0, 20);
  const text = formatLogRow(stepRow(1)) + torn + "\n" +
    formatLogRow(stepRow(3));
  const error = left(parseLog(text, "runs/a/log.jsonl"));
  ok(error._tag === "MalformedFile");
  equal(error.file, "runs/a/log.jsonl");
  equal(error.field, "line 2");
  // The line feed shows that the writer was done with it.
  equal(left(parseLog(torn + "\n", "log.jsonl"))._tag, "MalformedFile");
});

Deno.test("parseLog() names what is wrong with a row", () => {
  const cases: [unknown, RegExp][] = [
    [3, /a JSON object/],
    [null, /a JSON object/],
    [{ ...stepRow(1), kind: "other" }, /"kind"/],
    [{ ...stepRow(1), step: 1.5 }, /"step" is a whole number/],
    [{ ...stepRow(1), epoch: -1 }, /"epoch" is a whole number/],
    [{ ...stepRow(1), loss: null }, /"loss" is a number/],
    [{ ...stepRow(1), ms: "12" }, /"ms" is a number/],
    [{ ...validationRow(1), pck: [] }, /"pck" is an object/],
    [{ ...validationRow(1), pck: { "0.1": "x" } }, /"pck.0.1" is a number/],
    [{ ...validationRow(1), betaProduct: undefined }, /"betaProduct"/],
  ];
  for (const [row, pattern] of cases) {
    const error = left(parseLog(`${JSON.stringify(row)}\n`, "log.jsonl"));
    ok(error.message.startsWith('log.jsonl: "line 1" must be '));
    ok(pattern.test(error.message), error.message);
  }
});

Deno.test("appendLog() adds rows that readLog() gives back", () =>
  inFolder(async (folder) => {
    const file = `${folder}/log.jsonl`;
    right(await appendLog(file, [stepRow(1)])());
    right(await appendLog(file, [])());
    right(await appendLog(file, [stepRow(2), validationRow(2)])());
    deepStrictEqual(
      right(await readLog(file)()),
      [stepRow(1), stepRow(2), validationRow(2)],
    );
  }));

Deno.test("appendLog() names a file that cannot be written", async () => {
  const error = left(await appendLog("no/such/log.jsonl", [stepRow(1)])());
  equal(error.file, "no/such/log.jsonl");
});

Deno.test("resumeLog() drops later steps and a torn line, then rows follow", () =>
  inFolder(async (folder) => {
    const file = `${folder}/log.jsonl`;
    const kept = [stepRow(1), stepRow(2), validationRow(2)];
    right(await appendLog(file, [...kept, stepRow(3)])());
    const torn = formatLogRow(stepRow(4)).slice(0, 30);
    await Deno.writeTextFile(file, torn, { append: true });
    deepStrictEqual(right(await resumeLog(file, 2)()), kept);
    right(await appendLog(file, [stepRow(3)])());
    deepStrictEqual(right(await readLog(file)()), [...kept, stepRow(3)]);
    equal([...Deno.readDirSync(folder)].length, 1);
  }));

Deno.test("resumeLog() starts an absent log and leaves a broken one alone", () =>
  inFolder(async (folder) => {
    const absent = `${folder}/absent.jsonl`;
    deepStrictEqual(right(await resumeLog(absent, 5)()), []);
    equal(await Deno.readTextFile(absent), "");
    const broken = `${folder}/broken.jsonl`;
    const text = "{\n" + formatLogRow(stepRow(1));
    await Deno.writeTextFile(broken, text);
    equal(left(await resumeLog(broken, 5)())._tag, "MalformedFile");
    equal(await Deno.readTextFile(broken), text);
  }));

Deno.test("appendLog() rows outlive a process that is killed", () =>
  inFolder(async (folder) => {
    const file = `${folder}/log.jsonl`;
    const module = new URL("../../src/runs/append_log.ts", import.meta.url);
    const script = `
      import { appendLog } from ${JSON.stringify(module.href)};
      const row = ${JSON.stringify(stepRow(1))};
      for (let step = 1; ; step++) {
        await appendLog(${JSON.stringify(file)}, [{ ...row, step }])();
        if (step === 20) console.log("20");
      }`;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["eval", script],
      stdout: "piped",
      stderr: "inherit",
      cwd: new URL("../..", import.meta.url),
    }).spawn();
    const reader = child.stdout.getReader();
    await reader.read();
    child.kill("SIGKILL");
    await child.status;
    await reader.cancel();
    const rows = right(await resumeLog(file, 20)());
    deepStrictEqual(rows.map((row) => row.step), [
      ...Array.from({ length: 20 }, (_, i) => i + 1),
    ]);
  }));
