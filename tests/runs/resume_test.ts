import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { createBackend } from "../../src/runs/create_backend.ts";
import { lockRun } from "../../src/runs/lock_run.ts";
import { readLog } from "../../src/runs/read_log.ts";
import { drawSmallSet } from "./_drawn.ts";
import { right } from "./_helpers.ts";

/** What is trained, in processes of their own: 4 epochs of 3 steps. */
const OPTIONS = [
  "--backbone=tiny",
  "--size=64",
  "--epochs=4",
  "--batch=4",
  "--learning-rate=1e-3",
  "--checkpoint-every=2",
  "--backend=onnx-cpu",
];
const STEPS = 12;

const native = await createBackend("onnx-cpu")();
if (native._tag === "Right") await native.right.close();
const folder = await Deno.makeTempDir();
const set = `${folder}/set`;
await drawSmallSet(set);

Deno.test.afterAll(async () => {
  await Deno.remove(folder, { recursive: true });
});

/** A test of the train command, skipped where native ONNX Runtime is absent. */
function onCommand(name: string, fn: () => Promise<void>): void {
  const ignore = native._tag === "Left";
  const reason = ignore ? ` (skipped: ${native.left.missing})` : "";
  Deno.test({ name: name + reason, ignore, fn });
}

function command(args: readonly string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-P=runs", "--no-check", "examples/train.ts", ...args],
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

/** Runs the command to its end. */
async function run(...args: string[]) {
  const { code, stdout, stderr } = await command(args).output();
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), err: text.decode(stderr) };
}

function fresh(out: string): string[] {
  return [`--data=${set}`, "--format=spair", `--out=${out}`, ...OPTIONS];
}

/** Starts a run and ends it by `signal` after `steps` steps and `ms` more. */
async function interrupted(
  out: string,
  { signal, steps, ms }: {
    readonly signal: "SIGKILL" | "SIGINT";
    readonly steps: number;
    readonly ms: number;
  },
) {
  const child = command(fresh(out)).spawn();
  const output = child.output();
  const deadline = performance.now() + 60_000;
  while (await stepsOf(out) < steps && performance.now() < deadline) {
    await pause(2);
  }
  await pause(ms);
  try {
    child.kill(signal);
  } catch {
    // It was over before.
  }
  const { code, signal: ended, stdout } = await output;
  return { code, ended, out: new TextDecoder().decode(stdout) };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Steps in a log that another process is writing; -1 before the run is there. */
async function stepsOf(out: string): Promise<number> {
  const begun = await Deno.stat(`${out}/config.json`).catch(() => null);
  if (begun === null) return -1;
  const text = await Deno.readTextFile(`${out}/log.jsonl`).catch(() => "");
  return text.split('"kind":"step"').length - 1;
}

/** Everything a run leaves that does not tell the time. */
async function leftBy(out: string) {
  const rows = right(await readLog(`${out}/log.jsonl`)());
  return {
    rows: rows.map((row) => ({ ...row, ms: 0 })),
    config: await Deno.readTextFile(`${out}/config.json`),
    last: await Deno.readFile(`${out}/last.safetensors`),
    best: await Deno.readFile(`${out}/best.safetensors`),
  };
}

const whole = `${folder}/whole`;

onCommand("the train command leaves log, checkpoints and report", async () => {
  const { code, out, err } = await run(...fresh(whole));
  strictEqual(code, 0, err);
  match(out, /training on onnx-cpu/);
  match(out, /best pck@0\.1 [\d.]+ % at step \d+/);
  const { rows } = await leftBy(whole);
  strictEqual(rows.filter(({ kind }) => kind === "step").length, STEPS);
  const report = await Deno.readTextFile(`${whole}/report.html`);
  match(report, /<h1>SimSC: tiny on spair</);
  match(report, /per image: mean over pairs\. Numbers are PCK/);
});

onCommand("a killed run resumes to the same bits", async () => {
  const wanted = await leftBy(whole);
  const out = `${folder}/killed`;
  const moment = {
    steps: Math.floor(Math.random() * STEPS),
    ms: Math.random() * 40,
  };
  const { ended } = await interrupted(out, { signal: "SIGKILL", ...moment });
  const when = `killed after ${moment.steps} steps and ${moment.ms} ms`;
  strictEqual(ended, "SIGKILL", when);
  const { code, err } = await run("--resume", `--out=${out}`);
  strictEqual(code, 0, `${when}: ${err}`);
  deepStrictEqual(await leftBy(out), wanted, when);
});

onCommand(
  "Ctrl-C ends a run with code 130, and it resumes to the same bits",
  async () => {
    const wanted = await leftBy(whole);
    const out = `${folder}/stopped`;
    const { code, out: text } = await interrupted(out, {
      signal: "SIGINT",
      steps: 2,
      ms: 0,
    });
    strictEqual(code, 130, text);
    match(text, /stopped at step \d+: --resume --out \S+ goes on/);
    const { code: resumed, err } = await run("--resume", `--out=${out}`);
    strictEqual(resumed, 0, err);
    deepStrictEqual(await leftBy(out), wanted);
  },
);

onCommand("a run is not resumed with other options", async () => {
  const before = await leftBy(whole);
  const { code, err } = await run("--resume", `--out=${whole}`, "--epochs=9");
  ok(code !== 0);
  match(err, /leave out --epochs/);
  deepStrictEqual(await leftBy(whole), before);
});

onCommand("a new run does not go into the folder of another", async () => {
  const before = await leftBy(whole);
  const { code, err } = await run(...fresh(whole));
  strictEqual(code, 1);
  match(err, /must be a folder without a run/);
  deepStrictEqual(await leftBy(whole), before);
});

onCommand("a run that is not there cannot be resumed", async () => {
  const { code, err } = await run("--resume", `--out=${folder}/none`);
  strictEqual(code, 1);
  match(err, /none/);
  ok(!err.includes("    at "), `no stack trace: ${err}`);
});

/** A copy of the whole run without some of its files. */
async function copyWithout(name: string, ...absent: readonly string[]) {
  const out = `${folder}/${name}`;
  await Deno.mkdir(out);
  for await (const { name } of Deno.readDir(whole)) {
    if (!absent.includes(name)) {
      await Deno.copyFile(`${whole}/${name}`, `${out}/${name}`);
    }
  }
  return out;
}

onCommand("a run whose checkpoint is gone keeps its log", async () => {
  const out = await copyWithout("without-last", "last.safetensors");
  const log = await Deno.readTextFile(`${out}/log.jsonl`);
  const { code, err } = await run("--resume", `--out=${out}`);
  strictEqual(code, 1);
  match(err, /last\.safetensors: "file" must be .* goes to step 12: got none/);
  strictEqual(await Deno.readTextFile(`${out}/log.jsonl`), log);
});

onCommand("a run whose best checkpoint is gone says so at once", async () => {
  const out = await copyWithout("without-best", "best.safetensors");
  const { code, err } = await run("--resume", `--out=${out}`);
  strictEqual(code, 1);
  match(err, /best\.safetensors: .*got none, though .*last\.safetensors/);
  ok(!err.includes("goes on"), err);
});

onCommand("a run does not go on with the checkpoint of another", async () => {
  const out = await copyWithout("strange-best", "best.safetensors");
  const other = `${folder}/other`;
  const args = [...fresh(other), "--hidden=8", "--epochs=1"];
  strictEqual((await run(...args)).code, 0);
  await Deno.copyFile(`${other}/best.safetensors`, `${out}/best.safetensors`);
  const { code, err } = await run("--resume", `--out=${out}`);
  strictEqual(code, 1);
  match(err, /strange-best\/best\.safetensors: /);
});

onCommand("a run is not trained by two processes", async () => {
  const out = await copyWithout("busy");
  const release = right(await lockRun(out)());
  const { code, err } = await run("--resume", `--out=${out}`);
  strictEqual(code, 1);
  match(
    err,
    /busy: must not be in training: got a run that another process trains/,
  );
  release();
  const after = await run("--resume", `--out=${out}`);
  strictEqual(after.code, 0, after.err);
  match(after.out, /from step 12/);
});
