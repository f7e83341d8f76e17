import { equal, match } from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { encodeSafetensors } from "../../src/data/safetensors.ts";
import { withHub } from "../data/weights/_hub_server.ts";
import { inFolder } from "./_helpers.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const MODEL = "tests/fixtures/goldens/models/tiny-ibot.pth";

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function weights(...args: readonly string[]): Promise<Ended> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-P=weights", "--no-check", "examples/weights.ts", ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) =>
    new TextDecoder().decode(bytes)
  ) as [string, string];
  return { code, out, err };
}

Deno.test("weights inspect, convert and fetch work from the command line", async () => {
  await inFolder(async (folder) => {
    const seen = await weights("inspect", MODEL, "--json");
    equal(seen.code, 0, seen.err);
    equal(JSON.parse(seen.out).prefix, "module.backbone.");

    const out = join(folder, "w.safetensors");
    const made = await weights("convert", MODEL, out, "--names", "huggingface");
    equal(made.code, 0, made.err);
    match(made.out, /w\.safetensors: 38 tensors, \d+ bytes; 0 taken over/);
    match((await weights("inspect", out)).out, /^names of +huggingface-vit$/m);

    const bytes = encodeSafetensors({
      a: { shape: [1], data: Float32Array.of(1) },
    }).slice();
    await withHub({ "model.safetensors": bytes }, {}, async (hub) => {
      const options = ["--cache", folder, "--hub", hub];
      const fetched = await weights("fetch", "hf:o/model", ...options);
      equal(fetched.code, 0, fetched.err);
      match(fetched.out, /o--model--main\/model\.safetensors$/m);
      const again = await weights("inspect", "hf:o/model", ...options);
      match(again.out, /^tensors +1, of which 0 are read$/m);
    });
    match((await weights("list")).out, /^ibot-vitb16 .*Apache-2\.0/m);
  });
});

for (
  const [args, message] of [
    [["inspect", "no/such.pth"], /no\/such\.pth: must be a readable file/],
    [["convert", MODEL, "w.pth"], /wanted a path that ends in \.safetensors/],
    [
      ["convert", MODEL, "w.safetensors", "--like", "a", "--names", "dino"],
      /--like goes without --names and --prefix/,
    ],
    [
      ["convert", MODEL, "w.safetensors", "--names", "torch"],
      /Allowed choices are torchvision, timm/,
    ],
    [["convert", MODEL, "w.safetensors", "--dtype", "int8"], /float32/],
    [["fetch", "resnet9"], /must be one of resnet18, /],
    [["fetch", "hf:a/b", "--hub", "host"], /wanted http:/],
    [["export"], /unknown command/],
  ] as const
) {
  Deno.test(`weights refuses ${args.join(" ")}`, async () => {
    const { code, out, err } = await weights(...args);
    equal(code, 1);
    equal(out, "");
    match(err, message);
  });
}
