import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { InferenceSession, Tensor } from "onnxruntime-node";

const WEIGHTS = "../shared/weights/resnet18.safetensors";
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const folder = await Deno.makeTempDir();
const absent = await Deno.stat(`${ROOT}${WEIGHTS}`).then(
  () => false,
  () => true,
);

Deno.test.afterAll(async () => {
  await Deno.remove(folder, { recursive: true });
});

async function run(...args: readonly string[]) {
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-P=export", "--no-check", "examples/export.ts", ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  return {
    code: output.code,
    err: new TextDecoder().decode(output.stderr),
  };
}

const name = "the export command writes ResNet-18 in both precisions";
Deno.test({
  name: absent ? `${name} (skipped: no ${WEIGHTS})` : name,
  ignore: absent,
  fn: async () => {
    const points: number[][] = [];
    const sizes: number[] = [];
    const noise = Float32Array.from(
      { length: 3 * 96 * 128 },
      (_, i) => 127 + 127 * Math.sin(i * i),
    );
    const image = new Tensor("float32", noise, [1, 3, 96, 128]);
    const queries = [24, 40, 100, 70.5];
    for (const dtype of ["float32", "float16"]) {
      const out = `${folder}/${dtype}.onnx`;
      const { code, err } = await run(
        ...["--backbone=resnet18", `--weights=${WEIGHTS}`, "--beta-eval=0.02"],
        ...["--size=96x128", "--queries=2", `--dtype=${dtype}`],
        `--out=${out}`,
      );
      strictEqual(code, 0, err);
      sizes.push((await Deno.stat(out)).size);
      const session = await InferenceSession.create(out);
      const { matches } = await session.run({
        imageA: image,
        imageB: image,
        queries: new Tensor("float32", queries, [1, 2, 2]),
      });
      await session.release();
      points.push([...matches!.data as Float32Array]);
    }
    deepStrictEqual(sizes[1]! < 0.51 * sizes[0]!, true);
    const [full, half] = points as [number[], number[]];
    // Of an image in itself a point finds itself, within a cell of 16 pixels.
    ok(full.every((x, i) => Math.abs(x - queries[i]!) < 16), `${full}`);
    ok(half.every((x, i) => Math.abs(x - full[i]!) < 1.6), `${half}, ${full}`);
  },
});

Deno.test("the export command refuses arguments and files", async () => {
  const out = `--out=${folder}/wrong.onnx`;
  const wrong = [
    [[out], /either --checkpoint, or --backbone/],
    [["--checkpoint=x"], /required option '--out/],
    ...["x.pt", "x.onnx.txt", "onnx", ".onnx", "x/.onnx"].map((name) =>
      [
        [`--out=${folder}/${name}`, "--checkpoint=x"],
        /wanted a file ending in \.onnx: it is ONNX that is written/,
      ] as const
    ),
    [[out, "--checkpoint=no/such"], /no\/such/],
    [[out, "--checkpoint=x", "--size=0x4"], /wanted a side/],
    [[out, "--checkpoint=x", "--layer=2"], /are of plain weights/],
    [[out, "--checkpoint=x", "--queries=1.5"], /wanted a whole number >= 1/],
    [[out, "--checkpoint=x", "--dtype=int8"], /Allowed choices/],
    [[out, "--backbone=resnet18", "--weights=x"], /give --beta-eval/],
  ] as const;
  for (const [args, message] of wrong) {
    const { code, err } = await run(...args);
    strictEqual(code, 1);
    match(err, message);
  }
});
