/**
 * Exports a run and lets PyTorch load it: the largest difference
 * `|ours - theirs| / (1 + |theirs|)` of feature maps of a square and of a
 * rectangle of noise.
 *
 *     deno run -P=peers bench/export.ts RUN [--python PATH] [--like FILE]
 *
 * Fails above 1e-4.
 *
 * @module
 */

import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { encodeSafetensors, type NamedTensor } from "@simsc/core/data";
import { backboneFeatures } from "@simsc/core/nn";
import {
  bakedParameters,
  convertWeights,
  createBackend,
  loadCheckpoint,
  type OpaqueTensor,
} from "@simsc/core/runs";

const LIMIT = 1e-4;
const { values: { python, like }, positionals: [run = ""] } = parseArgs({
  allowPositionals: true,
  options: {
    python: { type: "string", default: "python3" },
    like: { type: "string" },
  },
});
const script = fileURLToPath(new URL("peers/load_export.py", import.meta.url));

/** The success, or an end of the process. */
function right<A>(
  result: { _tag: "Right"; right: A } | {
    _tag: "Left";
    left: { readonly message: string };
  },
): A {
  if (result._tag === "Right") return result.right;
  console.error(result.left.message);
  process.exit(1);
}

/** Numbers from -2 to 2, about those of a normalised picture; the same each time. */
function noise(shape: readonly number[]): NamedTensor {
  let state = 1;
  const data = Float32Array.from(
    { length: shape.reduce((a, b) => a * b, 1) },
    () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 30 - 2;
    },
  );
  return { shape, data };
}

const { config: { backbone }, parameters } = right(await loadCheckpoint(run)());
if (backbone.kind !== "resnet") throw new Error("only a ResNet is compared");
const backend = right(await createBackend("onnx-cpu")());
const cases: Record<string, NamedTensor> = {};
for (const [i, [height, width]] of [[256, 256], [160, 224]].entries()) {
  const images = noise([1, 3, height!, width!]);
  const program = backend.compile((given: Record<string, OpaqueTensor>) => ({
    features: backboneFeatures(
      backend,
      bakedParameters(backend, parameters),
      given["images"]!,
      backbone,
    ),
  }));
  const tensor = backend.tensor(images.data, images.shape);
  const { features } = await program({ images: tensor });
  const [data] = await backend.read([features!]);
  cases[`images.${i}`] = images;
  cases[`features.${i}`] = {
    shape: [...backend.shape(features!)],
    data: Float32Array.from(data!),
  };
}
await backend.close();

const folder = await mkdtemp(join(tmpdir(), "export-"));
try {
  const output = join(folder, "export.safetensors");
  right(
    await convertWeights({ input: run, output, ...(like && { like }) })(),
  );
  const compared = join(folder, "features.safetensors");
  await writeFile(compared, encodeSafetensors(cases));
  const { block, layers } = backbone;
  const said = execFileSync(
    python,
    [script, output, compared, block, layers.join(",")],
    { encoding: "utf8" },
  );
  console.log(said.trim());
  const { error } = JSON.parse(said) as { readonly error: number };
  if (!(error <= LIMIT)) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true });
}
