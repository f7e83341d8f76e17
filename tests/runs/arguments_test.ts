import { equal, match, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { missingFile } from "../../src/data/data_error.ts";
import { explained } from "../../examples/_explained.ts";

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

for (
  const [args, message] of [
    [
      ["match", "a.png", "b.png"],
      /'--points <x,y...>'.*: pixels of the source/,
    ],
    [["evaluate", "--checkpoint", "x"], /'--data <folder>'.*: data set/],
    [
      ["export", "--checkpoint", "x"],
      /'--out <file>'.*: file to write, \.onnx/,
    ],
    [["data", "check", "x"], /'--format <layout>'.*: layout.*"spair"/],
    [
      ["train", "--data", "x"],
      /--data x needs a --format, the layout of the data set: one of willow,/,
    ],
    [
      ["train", "--temperature", "fixed:1", "--hidden", "4"],
      /--hidden is a width of --temperature mlp/,
    ],
    [
      ["evaluate", "--checkpoint", "y", "--data", "x"],
      /--data x needs a --format.*one of spair,/,
    ],
    [["train", "--weights"], /'--weights <file>' argument missing/],
    [["match", "a.png", "b.png", "--points", "1,2"], /either --checkpoint, or/],
    [
      ["export", "--out=x.onnx", "--checkpoint=no/such"],
      /^no.such.best\.safetensors: .*got none \(from --checkpoint no\/such\)$/m,
    ],
    [
      ["train", "--data", "no/such", "--format", "willow"],
      /train_pairs\.csv: .*got none, nor any .* \(from --data no\/such\)$/m,
    ],
  ] as const
) {
  Deno.test(`${args.join(" ")}: says which option is wanted`, async () => {
    match(await refused(...args), message);
  });
}

Deno.test("explained() names the option that leads closest to a file", () => {
  const error = missingFile("a/b/w.pth");
  const of = (...args: readonly string[]) =>
    explained(error, args).slice(error.message.length);
  equal(
    of("--data", "a", "--weights", "a/b/w.pth"),
    " (from --weights a/b/w.pth)",
  );
  equal(of("--data=a/b"), " (from --data a/b)");
  equal(of("x.png", "--data", "a/bb", "--json"), "");
  equal(
    explained({ ...error, _tag: "MalformedFile" }, ["--data", "a"]),
    error.message,
  );
});
