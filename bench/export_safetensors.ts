/**
 * Exported weights of a ResNet, in PyTorch.
 *
 * @module
 */

import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Backend } from "@simsc/core";
import { encodeSafetensors, type NamedTensor } from "@simsc/core/data";
import { backboneFeatures } from "@simsc/core/nn";
import {
  bakedParameters,
  convertWeights,
  type OpaqueTensor,
  type OpenedModel,
} from "@simsc/core/runs";
import { right } from "./_right.ts";

const SIZES = [[256, 256], [160, 224]] as const;
const script = fileURLToPath(new URL("peers/load_export.py", import.meta.url));

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

/** Largest relative difference of features, and what the script says beside it. */
export async function exportedFeatures(
  backend: Backend<OpaqueTensor>,
  { run, model: { config: { backbone }, parameters }, python, like }: {
    readonly run: string;
    readonly model: OpenedModel;
    readonly python: string;
    readonly like: string | undefined;
  },
): Promise<{ readonly error: number }> {
  if (backbone.kind !== "resnet") throw new Error("only a ResNet is compared");
  const cases: Record<string, NamedTensor> = {};
  for (const [i, size] of SIZES.entries()) {
    const images = noise([1, 3, ...size]);
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
  const folder = await mkdtemp(join(tmpdir(), "export-"));
  try {
    const output = join(folder, "export.safetensors");
    right(
      await convertWeights({ input: run, output, ...(like && { like }) })(),
    );
    const compared = join(folder, "features.safetensors");
    await writeFile(compared, encodeSafetensors(cases));
    const { block, layers } = backbone;
    return JSON.parse(execFileSync(
      python,
      [script, output, compared, block, layers.join(",")],
      { encoding: "utf8" },
    ));
  } finally {
    await rm(folder, { recursive: true });
  }
}
