import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { WorkAnswer } from "./answer_work.ts";
import type { EngineDescription } from "./describe_engine.ts";
import type { OursOptions } from "./ours_process.ts";

/** One side of a comparison, one request at a time. */
export interface Side {
  /** Versions that it reported. */
  readonly versions: Readonly<Record<string, string | number>>;
  /** What it runs on; the library's sides say so. */
  readonly engine?: EngineDescription;
  /** Sends a request and gives the answer; fails where the side could not do it. */
  readonly run: (request: object) => Promise<WorkAnswer>;
  /** Ends it. */
  readonly close: () => void | Promise<void>;
}

/** Why a side did not start. */
export class SideError extends Error {
  /** Class name, for logs. */
  override readonly name = "SideError";
}

/**
 * Starts a script of `peers/` with its arguments; `undefined` where Python or
 * PyTorch is missing.
 */
export async function startPeer(
  python: string,
  [script, ...args]: readonly [string, ...string[]] = ["peers.py"],
): Promise<Side | undefined> {
  const path = fileURLToPath(new URL(`peers/${script}`, import.meta.url));
  return await startSide(python, [path, ...args]).catch((error) => {
    if (error instanceof SideError) return undefined;
    throw error;
  });
}

/** Starts the library's side in a process of its own. */
export async function startOurs(options: OursOptions): Promise<Side> {
  return await startScript(["ours_process.ts", JSON.stringify(options)]);
}

/**
 * Starts a script of this folder with its arguments, allowed what the library
 * needs, and with more flags of `deno run` where they are given.
 *
 * @throws {SideError} If it does not start or says that it cannot run.
 */
export async function startScript(
  [script, ...args]: readonly [string, ...string[]],
  flags: readonly string[] = [],
): Promise<Side> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const leave = [
    "--quiet",
    "--allow-read",
    "--allow-ffi",
    "--allow-env=ORT_DISABLE_TELEMETRY",
  ];
  return await startSide(
    process.execPath,
    ["run", ...leave, ...flags, path, ...args],
  );
}

/**
 * Starts a process that answers lines of JSON with lines of JSON, the first of
 * them unasked.
 *
 * @throws {SideError} If it does not start or says that it cannot run.
 */
async function startSide(
  command: string,
  args: readonly string[],
): Promise<Side> {
  const child = spawn(command, [...args], { stdio: ["pipe", "pipe", "pipe"] });
  const ask = lineProtocol(child);
  const hello = await ask().catch((cause) => {
    throw new SideError(`${command} does not start`, { cause });
  });
  const { versions, engine, error } = JSON.parse(hello);
  if (error !== undefined) throw new SideError(error);
  return {
    versions,
    engine,
    run: async (request) => {
      const answer = JSON.parse(await ask(JSON.stringify(request)));
      if (answer.error !== undefined) throw new Error(answer.error);
      return answer;
    },
    close: () => void child.kill(),
  };
}

/** Sends a line where there is one and gives the next line of the answer. */
function lineProtocol(
  child: ChildProcess,
): (line?: string) => Promise<string> {
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null || stderr === null) {
    throw new Error("the side has no pipes");
  }
  let errors = "";
  stderr.on("data", (chunk: Uint8Array) => {
    errors += new TextDecoder().decode(chunk);
  });
  const waiting: ((line: string | undefined) => void)[] = [];
  const lines: string[] = [];
  let ended = false;
  const end = () => {
    ended = true;
    waiting.splice(0).forEach((resolve) => resolve(undefined));
  };
  child.on("error", end);
  stdin.on("error", end);
  createInterface({ input: stdout })
    .on("line", (line) => {
      const next = waiting.shift();
      if (next === undefined) lines.push(line);
      else next(line);
    })
    .on("close", end);
  return async (line) => {
    if (line !== undefined) stdin.write(`${line}\n`);
    const answer = lines.shift() ?? await new Promise<string | undefined>(
      (resolve) => ended ? resolve(undefined) : waiting.push(resolve),
    );
    if (answer === undefined) throw new Error(`the side ended: ${errors}`);
    return answer;
  };
}
