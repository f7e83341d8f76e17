import { deepStrictEqual, equal, ok } from "node:assert/strict";
import { normalizeImage } from "../../src/data/normalize_image.ts";

Deno.test("normalizeImage() equals torch, channels first", () => {
  const data = Uint8Array.of(0, 10, 255, 128, 64, 7);
  const image = { width: 2, height: 1, data, decoder: "none" };
  // ((x.float() / 255 - mean) / std).flatten() in PyTorch 2.13
  const torch = [
    -2.1179039478302,
    0.07406462728977203,
    -1.8606442213058472,
    -0.9152660369873047,
    2.640000104904175,
    -1.6824400424957275,
  ];
  const got = normalizeImage(image);
  torch.forEach((want, i) => ok(Math.abs(got[i]! - want) < 1e-6, `${i}`));
});

Deno.test("normalizeImage() takes another mean and deviation", () => {
  const image = {
    width: 1,
    height: 1,
    data: Uint8Array.of(0, 255, 51),
    decoder: "none",
  };
  const half = [0.5, 0.5, 0.5] as const;
  // (0 - .5) / .5, (1 - .5) / .5, (.2 - .5) / .5
  deepStrictEqual(
    normalizeImage(image, { mean: half, std: half }),
    Float32Array.of(-1, 1, -0.6),
  );
});

Deno.test("normalizeImage() writes beside padding, which stays", () => {
  const image = {
    width: 1,
    height: 2,
    data: Uint8Array.of(0, 255, 51, 255, 51, 0),
    decoder: "none",
  };
  const half = [0.5, 0.5, 0.5] as const;
  const into = { data: new Float32Array(18).fill(9), height: 3, width: 2 };
  const got = normalizeImage(image, { mean: half, std: half, into });
  equal(got, into.data);
  const f = Math.fround(-0.6);
  deepStrictEqual([...got], [
    ...[-1, 9, 1, 9, 9, 9],
    ...[1, 9, f, 9, 9, 9],
    ...[f, 9, -1, 9, 9, 9],
  ]);
});
