import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { OptionError } from "../../src/core/errors.ts";
import { decodeImage } from "../../src/data/decode_image.ts";
import {
  fitImage,
  imageBatch,
  imageLoader,
  type LoadedImage,
} from "../../src/runs/load_image.ts";
import { pngFile } from "../data/_png.ts";
import { inFolder, left, right } from "./_helpers.ts";

/** A picture of one colour. */
function png(
  width: number,
  height: number,
  [r, g, b]: readonly [number, number, number] = [200, 100, 50],
): Uint8Array {
  const row = [0, ...Array.from({ length: width }, () => [r, g, b]).flat()];
  const rows = Array.from({ length: height }, () => row).flat();
  return pngFile({ width, height, depth: 8, colorType: 2, rows });
}

Deno.test("imageLoader() resizes to a square and knows the stored size", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/a.png`;
    await Deno.writeFile(path, png(20, 10));
    const load = imageLoader({ size: 40, stride: 16 });
    const { stored, image, padded } = right(await load({ path })());
    deepStrictEqual(stored, { width: 20, height: 10 });
    deepStrictEqual([image.width, image.height], [40, 40]);
    deepStrictEqual(padded, [48, 48]);
    deepStrictEqual([...image.data.subarray(0, 3)], [200, 100, 50]);
  });
});

Deno.test("imageLoader() pads the original size to whole cells, H before W", async () => {
  await inFolder(async (folder) => {
    const load = imageLoader({ size: "original", stride: 16 });
    for (
      const [w, h, padded] of [[20, 10, [16, 32]], [32, 16, [16, 32]], [1, 1, [
        16,
        16,
      ]]] as const
    ) {
      const path = `${folder}/${w}.png`;
      await Deno.writeFile(path, png(w, h));
      const loaded = right(await load({ path })());
      deepStrictEqual([loaded.image.width, loaded.image.height], [w, h]);
      deepStrictEqual(loaded.padded, padded);
    }
  });
});

Deno.test("fitImage() gives of a decoded picture what imageLoader() gives of its file", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/a.png`;
    const bytes = png(20, 10);
    await Deno.writeFile(path, bytes);
    const image = right(await decodeImage(bytes, path)());
    for (const size of [40, "original", { maxSide: 16 }] as const) {
      const fit = { size, stride: 16 };
      const loaded = right(await imageLoader(fit)({ path })());
      deepStrictEqual(fitImage(image, { ...fit, path }), loaded);
    }
    throws(() => fitImage(image, { size: 8, stride: 16, path }), OptionError);
  });
});

Deno.test("imageLoader() shrinks to a longest side in proportion, and never enlarges", async () => {
  await inFolder(async (folder) => {
    const load = imageLoader({ size: { maxSide: 32 }, stride: 16 });
    const cases = [
      // 100 x 30: times 0.32 is 32 x 9.6, rounded 10, padded to 16 rows.
      [100, 30, [32, 10], [16, 32]],
      [30, 100, [10, 32], [32, 16]],
      [20, 31, [20, 31], [32, 32]],
      [200, 1, [32, 1], [16, 32]],
    ] as const;
    for (const [w, h, resized, padded] of cases) {
      const path = `${folder}/${w}x${h}.png`;
      await Deno.writeFile(path, png(w, h));
      const loaded = right(await load({ path })());
      deepStrictEqual([loaded.image.width, loaded.image.height], resized);
      deepStrictEqual(loaded.padded, padded);
      deepStrictEqual(loaded.stored, { width: w, height: h });
    }
  });
});

Deno.test("imageLoader() keeps as many pictures as its cache holds, the oldest go", async () => {
  await inFolder(async (folder) => {
    for (const name of ["a", "b", "c"]) {
      await Deno.writeFile(`${folder}/${name}.png`, png(16, 16));
    }
    const bytes = 16 * 16 * 3;
    const load = imageLoader({ size: 16, stride: 16, cacheBytes: 2 * bytes });
    const get = async (name: string) =>
      right(await load({ path: `${folder}/${name}.png` })());
    const a = await get("a");
    const b = await get("b");
    strictEqual(await get("a"), a);
    const c = await get("c"); // a goes
    strictEqual(await get("b"), b);
    strictEqual(await get("c"), c);
    ok(await get("a") !== a);
    const none = imageLoader({ size: 16, stride: 16 });
    const path = `${folder}/a.png`;
    ok(right(await none({ path })()) !== right(await none({ path })()));
  });
});

Deno.test("imageLoader() names a picture that is missing or truncated", async () => {
  await inFolder(async (folder) => {
    const load = imageLoader({ size: 16, stride: 16, cacheBytes: 1e6 });
    const missing = left(await load({ path: `${folder}/none.png` })());
    strictEqual(missing._tag, "MissingFile");
    const whole = png(24, 24);
    for (const length of [0, 7, 20, whole.length >> 1, whole.length - 5]) {
      const path = `${folder}/${length}.png`;
      await Deno.writeFile(path, whole.subarray(0, length));
      const error = left(await load({ path })());
      strictEqual(error._tag, "MalformedFile", `${length} bytes`);
      ok(error.message.startsWith(`${path}: `), error.message);
    }
  });
});

Deno.test("imageLoader() reads a picture again that was missing before", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/late.png`;
    const load = imageLoader({ size: 16, stride: 16, cacheBytes: 1e6 });
    left(await load({ path })());
    await Deno.writeFile(path, png(16, 16));
    right(await load({ path })());
  });
});

Deno.test("imageLoader() refuses sizes that hold no cell", () => {
  for (const size of [0, 15, 16.5, NaN, -16]) {
    throws(() => imageLoader({ size, stride: 16 }), OptionError);
    throws(
      () => imageLoader({ size: { maxSide: size }, stride: 16 }),
      OptionError,
    );
  }
});

function black(
  [width, height]: readonly [number, number],
  padded: readonly [number, number],
): LoadedImage {
  const data = new Uint8Array(width * height * 3);
  return {
    path: "black",
    stored: { width, height },
    image: { width, height, data, decoder: "none" },
    padded,
  };
}

Deno.test("imageBatch() is channels first, normalised, 0 in the padding", () => {
  const image = black([2, 1], [2, 3]);
  image.image.data.set([255, 0, 0], 3); // the second pixel is red
  const batch = imageBatch([image, black([3, 2], [2, 3])]);
  strictEqual(batch.length, 2 * 3 * 2 * 3);
  const [mean, std] = [[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]] as const;
  const zero = mean.map((m, c) => -m / std[c]!);
  const red = [(1 - mean[0]) / std[0], zero[1]!, zero[2]!];
  const wanted = [0, 1, 2].flatMap((c) => [zero[c]!, red[c]!, 0, 0, 0, 0]);
  const full = [0, 1, 2].flatMap((c) => Array<number>(6).fill(zero[c]!));
  [...wanted, ...full].forEach((want, i) => {
    ok(Math.abs(batch[i]! - want) < 1e-6, `element ${i}: ${batch[i]}, ${want}`);
  });
});

Deno.test("imageBatch() refuses pictures of different sizes; of none it is empty", () => {
  throws(
    () => imageBatch([black([16, 16], [16, 16]), black([16, 16], [16, 32])]),
    OptionError,
  );
  strictEqual(imageBatch([]).length, 0);
});

Deno.test("imageLoader() edits before it resizes, and keeps each version of a file", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/a.png`;
    // Columns of red 10, 20 and 30.
    const rows = [0, 10, 0, 0, 20, 0, 0, 30, 0, 0];
    await Deno.writeFile(
      path,
      pngFile({ width: 3, height: 1, depth: 8, colorType: 2, rows }),
    );
    const load = imageLoader({
      size: "original",
      stride: 1,
      cacheBytes: 1e6,
    });
    const crop = { kind: "crop", x: 1, y: 0, width: 2, height: 1 } as const;
    const versions = [[], [{ kind: "mirror" }], [crop]] as const;
    const wanted = [[10, 20, 30], [30, 20, 10], [20, 30]];
    for (const round of [1, 2]) {
      for (const [v, edits] of versions.entries()) {
        const { image, stored } = right(await load({ path, edits })());
        const red = [...image.data].filter((_, i) => i % 3 === 0);
        deepStrictEqual(red, wanted[v], `round ${round}`);
        deepStrictEqual(stored, { width: red.length, height: 1 });
      }
    }
  });
});
