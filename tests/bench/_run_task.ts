import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** How a task ended, and what it said. */
export interface TaskEnd {
  /** What it ended with. */
  readonly code: number;
  /** All of its standard output. */
  readonly out: string;
  /** All of its standard error. */
  readonly err: string;
}

/** Runs a task of this project with arguments. */
export async function runTask(
  task: string,
  ...args: readonly string[]
): Promise<TaskEnd> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", task, ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const [out, err] = [stdout, stderr].map((x) => new TextDecoder().decode(x));
  return { code, out: out!, err: err! };
}
