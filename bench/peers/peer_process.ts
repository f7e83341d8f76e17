import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** Memory layouts the peer can be asked for. */
export type PeerLayout = "contiguous" | "channels_last";

/** The PyTorch process, one request at a time. */
export interface PeerProcess {
  /** Versions it reported. */
  readonly versions: Readonly<Record<string, string | number>>;
  /** Milliseconds of each of `steps` steps of a case. */
  readonly run: (
    request: {
      readonly case: string;
      readonly layout?: PeerLayout;
      readonly steps: number;
    },
  ) => Promise<readonly number[]>;
  /** Ends the process. */
  readonly close: () => void;
}

/**
 * Starts a script of this folder with its arguments; `undefined` where Python
 * or PyTorch is missing.
 */
export async function startPeer(
  python: string,
  [script, ...args]: readonly [string, ...string[]] = ["peers.py"],
): Promise<PeerProcess | undefined> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(python, [path, ...args], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  const ask = lineProtocol(child);
  const hello = await ask().catch(() => undefined);
  if (hello === undefined) return undefined;
  const { versions } = JSON.parse(hello);
  return {
    versions,
    run: async (request) => JSON.parse(await ask(JSON.stringify(request))).ms,
    close: () => child.stdin?.end(),
  };
}

/** Sends a line where there is one and gives the next line of the answer. */
function lineProtocol(
  child: ChildProcess,
): (line?: string) => Promise<string> {
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null || stderr === null) {
    throw new Error("the peer has no pipes");
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
    if (answer === undefined) throw new Error(`the peer ended: ${errors}`);
    return answer;
  };
}
