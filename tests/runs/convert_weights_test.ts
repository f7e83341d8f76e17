import { deepStrictEqual, equal, match, ok } from "node:assert/strict";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  encodeSafetensors,
  type NamedTensors,
} from "../../src/data/safetensors.ts";
import { readNativeWeights } from "../../src/data/weights/read_native_weights.ts";
import { readWeights } from "../../src/data/weights/read_weights.ts";
import { backboneConfig } from "../../src/nn/backbone_config.ts";
import { backboneShapes } from "../../src/nn/backbone_shapes.ts";
import { convertWeights } from "../../src/runs/convert_weights.ts";
import { encodeCheckpoint } from "../../src/runs/encode_checkpoint.ts";
import { formatWeights } from "../../src/runs/format_weights.ts";
import { inspectWeights } from "../../src/runs/inspect_weights.ts";
import { exampleCheckpoint, inFolder, left, right } from "./_helpers.ts";

const MODELS = fileURLToPath(
  new URL("../fixtures/goldens/models", import.meta.url),
);

/** A folded `tiny` backbone with numbers that tell tensors apart. */
function tiny(): NamedTensors {
  const shapes = Object.entries(backboneShapes(backboneConfig("tiny")));
  return Object.fromEntries(
    shapes.map(([name, shape], i) => {
      const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
      return [name, { shape, data: data.map((_, j) => i + j / 1024) }];
    }),
  );
}

/** A run's folder with a checkpoint of these parameters. */
async function writeRun(
  folder: string,
  parameters: NamedTensors,
): Promise<string> {
  const { adam: _, ...rest } = exampleCheckpoint();
  const run = join(folder, "run");
  await mkdir(run);
  await writeFile(
    join(run, "best.safetensors"),
    encodeCheckpoint({ ...rest, parameters }),
  );
  return run;
}

Deno.test("convertWeights() writes all of a checkpoint as safetensors", async () => {
  await inFolder(async (folder) => {
    const input = `${MODELS}/tiny-ibot.pth`;
    const output = join(folder, "w.safetensors");
    const made = right(await convertWeights({ input, output })());
    deepStrictEqual(made.dropped, []);
    const [from, to] = [
      right(await readWeights(input)()),
      right(await readWeights(output)()),
    ];
    deepStrictEqual(
      Object.entries(to.tensors),
      Object.entries(from.tensors).sort(([a], [b]) => a < b ? -1 : 1),
    );
    equal(to.listing.metadata["format"], "pt");
    equal(made.tensors, 30);
    equal(made.bytes, to.listing.bytes);
  });
});

for (
  const [dtype, stored] of [["float16", "F16"], ["bfloat16", "BF16"]] as const
) {
  Deno.test(`convertWeights() writes ${dtype}`, async () => {
    await inFolder(async (folder) => {
      const output = join(folder, "w.safetensors");
      right(
        await convertWeights({
          input: `${MODELS}/tiny-dino.pth`,
          output,
          dtype,
          names: "huggingface",
        })(),
      );
      const { listing } = right(await readWeights(output)());
      ok(
        Object.values(listing.tensors).every(({ dtype }) => dtype === stored),
      );
      equal(right(await inspectWeights(output)()).family, "huggingface-vit");
      const back = right(await readNativeWeights(output)());
      const safe = right(
        await readNativeWeights(`${MODELS}/tiny-dino.safetensors`)(),
      );
      // 11 or 8 bits of a number are kept: half a unit of the last one is lost.
      const step = dtype === "float16" ? 2 ** -11 : 2 ** -8;
      for (const [name, { data }] of Object.entries(safe.tensors)) {
        const got = back.tensors[name]!.data;
        data.forEach((x, i) =>
          ok(Math.abs(got[i]! - x) <= step * Math.abs(x) + 2 ** -25, name)
        );
      }
    });
  });
}

Deno.test("convertWeights() refuses numbers beyond float16 by name", async () => {
  await inFolder(async (folder) => {
    const large = { shape: [1], data: Float32Array.of(1e5) };
    const input = join(folder, "in.safetensors");
    await writeFile(input, encodeSafetensors({ large }));
    const output = join(folder, "w.safetensors");
    const options = { input, output, dtype: "float16" } as const;
    match(left(await convertWeights(options)()).message, /"large" must be/);
  });
});

Deno.test("convertWeights() exports a run without what is no backbone", async () => {
  await inFolder(async (folder) => {
    const beta = { shape: [], data: Float32Array.of(0.5) };
    const parameters: NamedTensors = {
      ...tiny(),
      "temperature.parameter": beta,
    };
    const input = await writeRun(folder, parameters);
    const output = join(folder, "w.safetensors");
    const made = right(await convertWeights({ input, output })());
    deepStrictEqual(made.dropped, ["parameters.temperature.parameter"]);
    const { tensors, listing } = right(await readWeights(output)());
    // torchvision's own names: no bias on a convolution, a batch norm behind it.
    deepStrictEqual(tensors["bn1.bias"]?.data, parameters["conv1.bias"]?.data);
    ok(!Object.keys(tensors).some((name) => /conv\d\.bias$/.test(name)));
    deepStrictEqual(
      tensors["layer2.0.downsample.1.running_mean"]?.shape,
      [64],
    );
    ok(!("simsc.version" in listing.metadata));
    equal(right(await inspectWeights(output)()).backbones[0], "tiny");
    const run = right(await inspectWeights(input)());
    deepStrictEqual([run.prefix, run.backbones], ["parameters.", ["tiny"]]);

    const all = { input, output, temperature: true, prefix: "net." };
    equal(right(await convertWeights(all)()).dropped.length, 0);
    const whole = right(await readWeights(output)());
    deepStrictEqual(whole.tensors["temperature.parameter"], beta);
    ok("net.conv1.weight" in whole.tensors);
  });
});

Deno.test("convertWeights() puts a run into the file that it started from", async () => {
  await inFolder(async (folder) => {
    const head = { shape: [2], data: Float32Array.of(7, 8) };
    const counter = { shape: [], data: Float32Array.of(3) };
    const start = Object.fromEntries(
      Object.entries(
        right(
          await readWeights(`${MODELS}/tiny-resnet-basic.safetensors`)(),
        ).tensors,
      ).map(([name, tensor]) => [`module.${name}`, tensor]),
    );
    const like = join(folder, "start.safetensors");
    await writeFile(
      like,
      encodeSafetensors({
        ...start,
        "module.fc.weight": head,
        "module.bn1.num_batches_tracked": counter,
      }),
    );
    const trained = Object.fromEntries(
      Object.entries(start).map(([name, { shape, data }]) => [
        name.slice("module.".length),
        { shape, data: data.map((x) => x + 1) },
      ]),
    );
    const input = await writeRun(folder, trained);
    const output = join(folder, "w.safetensors");
    const made = right(await convertWeights({ input, output, like })());
    equal(made.carried, 2);
    const { tensors } = right(await readWeights(output)());
    deepStrictEqual(tensors["module.fc.weight"], head);
    deepStrictEqual(tensors["module.bn1.num_batches_tracked"], counter);
    for (const [name, { data }] of Object.entries(trained)) {
      deepStrictEqual(tensors[`module.${name}`]?.data, data);
    }

    const fail = async (parameters: NamedTensors) => {
      const other = await writeRun(
        await Deno.makeTempDir({ dir: folder }),
        parameters,
      );
      const options = { input: other, output, like };
      return left(await convertWeights(options)()).message;
    };
    match(
      await fail(tiny()),
      /best\.safetensors: "tensors" must be with bn1\.bias \[8\], as in .*start\.safetensors: got \[32\]/,
    );
    const { "conv1.weight": _, ...without } = trained;
    match(await fail(without), /must be named as those of a known library/);
    const extra = { ...trained, "adapter.weight": head };
    match(await fail(extra), /got adapter\.weight, which it has not/);
    const unknown = join(folder, "unknown.safetensors");
    await writeFile(unknown, encodeSafetensors({ head }));
    match(
      left(await convertWeights({ input, output, like: unknown })()).message,
      /unknown\.safetensors: "tensors" must be named as those of a known/,
    );
  });
});

Deno.test("convertWeights() takes a licence along", async () => {
  await inFolder(async (folder) => {
    const input = join(folder, "dino_vitbase8_pretrain.pth");
    await copyFile(`${MODELS}/tiny-dino.pth`, input);
    const output = join(folder, "w.safetensors");
    match(
      right(await convertWeights({ input, output })()).license ?? "",
      /^Apache-2\.0/,
    );
    // And from there into what is made of it.
    const again = join(folder, "again.safetensors");
    const made = right(
      await convertWeights({ input: output, output: again })(),
    );
    match(made.license ?? "", /facebookresearch\/dino/);
    match(right(await inspectWeights(again)()).license ?? "", /^Apache/);
  });
});

Deno.test("inspectWeights() names the backbone that a file of any library fits", async () => {
  await inFolder(async (folder) => {
    // No real weights are here: a sparse file of zeros in the form of the real one.
    const shapes = Object.entries(
      backboneShapes(backboneConfig("ibot-vits16")),
    );
    const tensors = Object.fromEntries(
      shapes.map(([name, shape]) => [
        name,
        { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) },
      ]),
    );
    const file = join(folder, "w.bin");
    await writeFile(file, encodeSafetensors(tensors));
    const report = right(await inspectWeights(file)());
    deepStrictEqual(report.backbones, ["dino-vits16", "ibot-vits16"]);
    // 22 M, as DINO's ViT-S/16 is known by.
    equal(report.parameters, 21_665_664);
    equal(report.read, report.parameters);
  });
});

Deno.test("formatWeights() shows the parts that are not read together", async () => {
  const report = right(
    await inspectWeights(`${MODELS}/tiny-resnet-basic.pth`)(),
  );
  // 15 batch norms: the stem, two in each of 6 blocks, two of downsampling.
  match(
    formatWeights(report),
    /^not read +\*\.num_batches_tracked \(15\)$/m,
  );
});

Deno.test("formatWeights() shows what is wrapped, fitting and left out", async () => {
  const report = right(
    await inspectWeights(`${MODELS}/tiny-dinov2-reg.pth`)(),
  );
  const text = formatWeights(report, { tensors: true });
  match(text, /^format +pytorch, F32$/m);
  match(text, /^names of +dino$/m);
  match(text, /^fits +no backbone that is known$/m);
  match(text, /^not read +mask_token$/m);
  match(text, /^mask_token +\[1, 24\] +F32 +-$/m);
  match(text, /^register_tokens +\[1, 4, 24\] +F32 +register_tokens$/m);
});
