import { throws } from "node:assert/strict";
import { referenceBackend } from "../../src/backends/reference.ts";
import { OptionError, ShapeError } from "../../src/core/errors.ts";
import { vit } from "../../src/nn/vit.ts";
import type { VitConfig } from "../../src/nn/vit_config.ts";
import {
  assertGolden,
  golden,
  type GoldenTensor,
  goldenWeights,
  upload,
} from "./_goldens.ts";

interface Model {
  readonly config: VitConfig;
  readonly cases: readonly {
    readonly input: GoldenTensor;
    readonly features: GoldenTensor;
    readonly options: { readonly layer?: number; readonly norm?: boolean };
    readonly tolerance: number;
  }[];
}

for (
  const name of ["tiny-dino", "tiny-ibot", "tiny-dinov2", "tiny-dinov2-reg"]
) {
  Deno.test(`vit() gives PyTorch's features of ${name}`, async () => {
    const backend = referenceBackend();
    const { config, cases } = await golden<Model>(`models/${name}.json`);
    const parameters = upload(backend, await goldenWeights(name));
    for (const { input, features, options, tolerance } of cases) {
      const images = backend.tensor(input.data, [1, ...input.shape]);
      const got = vit(backend, parameters, images, {
        ...config,
        norm: false,
        ...options,
      });
      const want = { shape: [1, ...features.shape], data: features.data };
      await assertGolden(backend, got, want, tolerance);
    }
  });
}

Deno.test("vit() refuses other images and a block that is not there", () => {
  const backend = referenceBackend();
  const options = {
    depth: 2,
    heads: 1,
    patch: 2,
    grid: 2,
    positions: "dino",
    registers: 0,
    norm: false,
  } as const;
  const images = backend.tensor(new Float32Array(3 * 16), [1, 3, 4, 4]);
  const grey = backend.tensor(new Float32Array(16), [1, 1, 4, 4]);
  throws(() => vit(backend, {}, grey, options), ShapeError);
  throws(() => vit(backend, {}, images, { ...options, layer: 2 }), OptionError);
});
