import { match, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Runs a command that must fail; gives its one complaint. */
async function refused(...args: readonly string[]): Promise<string> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = new TextDecoder().decode(stderr)
    .replace(/^Warning.*experimental.*\n/, "");
  strictEqual(code, 1, text);
  return text;
}

for (
  const [args, message] of [
    [["match", "a.png", "b.png", "--point", "1,2"], /--points\?/],
    [["evaluate", "--dat", "x"], /--data\?/],
    [["export", "--ou", "x.onnx"], /--out\?/],
    [["data", "check", "x", "--formt", "spair"], /--format\?/],
    [["train", "--epoch", "1"], /--epochs\?/],
    [["study", "list", "--see", "1"], /--seed\?/],
    [["weights", "inspect", "x", "--tensor"], /--tensors\?/],
  ] as const
) {
  const misspelt = args.findLast((arg) => arg.startsWith("--"));
  Deno.test(`${args[0]} asks of ${misspelt} which option was meant`, async () => {
    const text = await refused(...args);
    match(text, new RegExp(`^error: unknown option '${misspelt}'\n`));
    match(text, message);
  });
}
