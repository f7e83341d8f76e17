import { match, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Every command, with its subcommands. */
const COMMANDS = [
  "train",
  "match",
  "evaluate",
  "data",
  "data check",
  "data download",
  "study",
  "study list",
  "study beta-eval",
  "weights",
  "weights list",
  "weights fetch",
  "weights inspect",
  "weights convert",
  "export",
  "conformance",
] as const;

/** Neither of these is set: commander then asks for more of the environment. */
const { NO_COLOR: _, FORCE_COLOR: __, ...env } = Deno.env.toObject();

for (const command of COMMANDS) {
  Deno.test(`deno task ${command} --help needs no leave to read the environment`, async () => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["task", "--quiet", ...command.split(" "), "--help"],
      cwd: ROOT,
      env,
      clearEnv: true,
      stdin: "null",
    }).output();
    strictEqual(code, 0, new TextDecoder().decode(stderr));
    match(new TextDecoder().decode(stdout), /^Usage: .*\[options\]/);
  });
}
