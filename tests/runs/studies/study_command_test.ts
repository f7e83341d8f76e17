// The command, as a process: what it prints, refuses and leaves behind.
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { STUDIES } from "../../../src/runs/studies/studies.ts";
import { inFolder } from "../_helpers.ts";

function command(args: readonly string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-P=runs", "--no-check", "examples/study.ts", ...args],
    cwd: fileURLToPath(new URL("../../..", import.meta.url)),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

async function run(...args: string[]) {
  const { code, stdout, stderr } = await command(args).output();
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), err: text.decode(stderr) };
}

Deno.test("study list names every study and its place in the paper", async () => {
  const { code, out } = await run("list");
  strictEqual(code, 0);
  for (const { name, paper } of STUDIES) {
    ok(out.includes(name) && out.includes(paper), name);
  }
});

Deno.test("study refuses bad arguments and says what it wants", async () => {
  const cases: [string[], RegExp][] = [
    [[], /missing required argument 'name'/],
    [["nothing"], /no study "nothing": give list, or one of .*beta-eval/],
    [["curves", "--test", "a:b"], /wanted FORMAT:SPLIT:FOLDER/],
    [["curves", "--data", "x"], /--data needs a --test/],
    [
      ["curves", "--data", "x", "--test", "spair:test:x"],
      /--data x needs a --format/,
    ],
    [["curves", "--data", "x", "--tiny"], /--tiny draws its own data/],
    [["curves", "--epochs", "0"], /"epochs" must be a whole number >= 1/],
    [["backbones", "--backbones", "vgg"], /no backbone vgg/],
    [["backbones", "--backbones", "tiny,vgg=a.pth"], /no backbone vgg/],
    [["curves", "--validate-every", "often"], /--validate-every/],
  ];
  const outcomes = await Promise.all(cases.map(([args]) => run(...args)));
  outcomes.forEach(({ code, err }, i) => {
    const [args, wanted] = cases[i]!;
    ok(code !== 0, args.join(" "));
    match(err, wanted);
  });
});

Deno.test("study writes its table, figure and numbers", async () => {
  await inFolder(async (folder) => {
    const { code, out, err } = await run("curves", "--tiny", "--out", folder);
    strictEqual(code, 0, err);
    match(out, /loss/);
    const names = [...Deno.readDirSync(`${folder}/curves`)]
      .map(({ name }) => name).sort();
    deepStrictEqual(names, ["figure.svg", "result.json", "table.md"]);
  });
});

Deno.test("study says why a run failed", async () => {
  await inFolder(async (folder) => {
    const { code, out, err } = await run(
      ...["backbones", "--backbones", "resnet18=/no/such/file"],
      ...["--tiny", "--out", folder],
    );
    strictEqual(code, 1);
    match(out, /failed/);
    match(err, /failed: \/no\/such\/file: must be a readable file/);
  });
});

Deno.test("study ends cleanly on Ctrl-C and goes on", async () => {
  await inFolder(async (folder) => {
    const args = ["curves", "--tiny", "--epochs", "10", "--out", folder];
    const child = command(args).spawn();
    for (let i = 0; i < 600; i++) {
      const isBegun = await Deno.readDir(`${folder}/runs`)
        [Symbol.asyncIterator]()
        .next().then(() => true, () => false);
      if (isBegun) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    child.kill("SIGINT");
    const { code, stderr } = await child.output();
    const said = new TextDecoder().decode(stderr);
    strictEqual(code, 130, said);
    match(said, /stopped: the same command goes on/);
    strictEqual((await run(...args)).code, 0);
  });
});
