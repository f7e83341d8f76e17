import { deepStrictEqual, equal, ok } from "node:assert/strict";
import { EventEmitter } from "node:events";
import { watchInterrupt } from "../../src/runs/watch_interrupt.ts";

class FakeProcess extends EventEmitter {
  readonly codes: number[] = [];
  exit(code: number): void {
    this.codes.push(code);
  }
}

Deno.test("watchInterrupt() aborts first and exits with 130 next", async () => {
  const source = new FakeProcess();
  const interrupt = await watchInterrupt(source);
  equal(interrupt.signal.aborted, false);
  source.emit("SIGINT");
  equal(interrupt.signal.aborted, true);
  equal(interrupt.signal.reason, "SIGINT");
  deepStrictEqual(source.codes, []);
  source.emit("SIGINT");
  deepStrictEqual(source.codes, [130]);
});

Deno.test("watchInterrupt() treats a termination signal alike", async () => {
  const source = new FakeProcess();
  const interrupt = await watchInterrupt(source);
  source.emit("SIGTERM");
  equal(interrupt.signal.reason, "SIGTERM");
  source.emit("SIGTERM");
  deepStrictEqual(source.codes, [143]);
});

Deno.test("watchInterrupt() stops listening when disposed", async () => {
  const source = new FakeProcess();
  const interrupt = await watchInterrupt(source);
  interrupt.dispose();
  equal(source.listenerCount("SIGINT"), 0);
  equal(source.listenerCount("SIGTERM"), 0);
  source.emit("SIGINT");
  equal(interrupt.signal.aborted, false);
});

Deno.test("watchInterrupt() lets a real process finish its step, then be stopped", async () => {
  const module = new URL("../../src/runs/watch_interrupt.ts", import.meta.url);
  const script = `
    import { watchInterrupt } from ${JSON.stringify(module.href)};
    const interrupt = await watchInterrupt();
    interrupt.signal.addEventListener("abort", () => console.log("saved"));
    console.log("ready");
    setTimeout(() => {}, 60_000);`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", script],
    stdout: "piped",
    stderr: "inherit",
    cwd: new URL("../..", import.meta.url),
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  ok((await reader.read()).value?.startsWith("ready"));
  child.kill("SIGINT");
  ok((await reader.read()).value?.startsWith("saved"));
  child.kill("SIGINT");
  const { code } = await child.status;
  await reader.cancel();
  equal(code, 130);
});
