import { deepStrictEqual, equal } from "node:assert/strict";
import {
  formatProgress,
  type StepProgress,
} from "../../src/runs/format_progress.ts";
import { terminalProgress } from "../../src/runs/terminal_progress.ts";

const STEP: StepProgress = {
  kind: "step",
  step: 1,
  steps: 10,
  epoch: 0,
  loss: 2,
  betaA: 0.5,
  betaB: 0.25,
};

Deno.test("formatProgress() leaves out what is not known", () => {
  equal(
    formatProgress(STEP),
    "epoch 1 | step 1/10 10% | loss 2.000 | βA·βB 1.25e-1",
  );
});

Deno.test("formatProgress() shows time left in its two largest units", () => {
  const left = (remaining: number) =>
    formatProgress({
      ...STEP,
      steps: 1 + remaining,
      stepsPerSecond: 1,
    }).split(" | ").at(-1);
  equal(left(8), "8s left");
  equal(left(60), "1m 00s left");
  equal(left(3599), "59m 59s left");
  equal(left(3900), "1h 05m left");
  equal(left(100 * 3600), "100h 00m left");
  equal(left(0), "1.0 steps/s");
});

Deno.test("formatProgress() shows slow paces and no pace of zero", () => {
  equal(
    formatProgress({ ...STEP, stepsPerSecond: 0.01 }).split(" | ").at(-2),
    "0.010 steps/s",
  );
  equal(formatProgress({ ...STEP, stepsPerSecond: 0 }), formatProgress(STEP));
  equal(formatProgress({ ...STEP, stepsPerSecond: NaN }), formatProgress(STEP));
});

Deno.test("formatProgress() shows a loss that is NaN", () => {
  equal(
    formatProgress({ ...STEP, loss: NaN, betaA: Infinity }),
    "epoch 1 | step 1/10 10% | loss NaN | βA·βB Infinity",
  );
});

Deno.test("formatProgress() orders thresholds and marks the best validation", () => {
  equal(
    formatProgress({
      kind: "validation",
      step: 100,
      pck: { "0.15": 0.5, "0.1": 0.25, "0.05": 0.125 },
      isBest: true,
    }),
    "validation at step 100 | PCK@0.05 12.5 | PCK@0.1 25.0 | PCK@0.15 50.0 | best so far",
  );
});

Deno.test("formatProgress() counts, and an empty count is done", () => {
  const count = { kind: "count", label: "evaluating pairs" } as const;
  equal(
    formatProgress({ ...count, done: 30, total: 120, perSecond: 3 }),
    "evaluating pairs 30/120 25% | 3.0/s | 30s left",
  );
  equal(
    formatProgress({ ...count, done: 0, total: 0 }),
    "evaluating pairs 0/0 100%",
  );
  // 2999 of 3000 is 99.97 %: only the end is 100 %.
  equal(
    formatProgress({ ...count, done: 2999, total: 3000 }),
    "evaluating pairs 2999/3000 99%",
  );
});

function terminal(columns: number): {
  readonly written: string[];
  readonly stream: {
    readonly isTTY: boolean;
    readonly columns: number;
    readonly write: (text: string) => void;
  };
} {
  const written: string[] = [];
  const write = (text: string): void => {
    written.push(text);
  };
  return { written, stream: { isTTY: true, columns, write } };
}

const count = (done: number) =>
  ({ kind: "count", label: "n", done, total: 4 }) as const;

Deno.test("terminalProgress() rewrites one line, throttled, and ends with the last event", () => {
  const { written, stream } = terminal(80);
  let time = 0;
  const progress = terminalProgress(stream, { everyMs: 100, now: () => time });
  progress.report(count(1));
  time = 50;
  progress.report(count(2));
  time = 100;
  progress.report(count(3));
  time = 120;
  progress.report(count(4));
  progress.close();
  progress.close();
  deepStrictEqual(written, [
    "\r\x1b[Kn 1/4 25%",
    "\r\x1b[Kn 3/4 75%",
    "\r\x1b[Kn 4/4 100%",
    "\n",
  ]);
});

Deno.test("terminalProgress() leaves notes above the line", () => {
  const { written, stream } = terminal(80);
  const progress = terminalProgress(stream, { now: () => 0 });
  progress.report(count(1));
  progress.report({ kind: "note", text: "saved" });
  progress.close();
  deepStrictEqual(written, ["\r\x1b[Kn 1/4 25%", "\r\x1b[Ksaved\n"]);
});

Deno.test("terminalProgress() cuts lines to the terminal and drops control characters", () => {
  const { written, stream } = terminal(8);
  const { report } = terminalProgress(stream);
  report({ kind: "note", text: "βββββββββ" });
  report({ kind: "note", text: "a\n\x1b[2J" });
  deepStrictEqual(written, ["\r\x1b[Kββββββ…\n", "\r\x1b[Ka  [2J\n"]);
});

Deno.test("terminalProgress() takes a terminal that knows no width for 80 wide", () => {
  const { written, stream } = terminal(0);
  terminalProgress(stream).report({ kind: "note", text: "saved" });
  deepStrictEqual(written, ["\r\x1b[Ksaved\n"]);
});

Deno.test("terminalProgress() is silent in a pipe", () => {
  const written: string[] = [];
  const write = (text: string) => written.push(text);
  const progress = terminalProgress({ write });
  progress.report(count(1));
  progress.report({ kind: "note", text: "x" });
  progress.close();
  deepStrictEqual(written, []);
});
