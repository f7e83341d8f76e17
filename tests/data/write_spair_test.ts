import { deepStrictEqual, equal, match, throws } from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { encode } from "fast-png";
import { OptionError } from "../../src/core/errors.ts";
import { readImage } from "../../src/data/read_image.ts";
import { readPairs } from "../../src/data/read_pairs.ts";
import type { SpairImage } from "../../src/data/spair_types.ts";
import { writeSpair } from "../../src/data/write_spair.ts";
import { left, right, withFolder } from "./_helpers.ts";

function picture(name: string, keypoints: SpairImage["keypoints"]): SpairImage {
  const data = new Uint8Array(6 * 4 * 3).fill(9);
  return {
    name,
    category: "cat",
    width: 6,
    height: 4,
    keypoints,
    box: [1, 1, 5, 3],
    bytes: encode({ width: 6, height: 4, channels: 3, data }),
  };
}

const images = [
  picture("a.png", { "0": [1, 1], "2": [2, 1], "10": [3, 1], "4": null }),
  picture("b.png", { "10": [4, 2], "2": [5, 2], "0": null, "4": [1, 2] }),
];

const pair = { source: "a.png", target: "b.png", category: "cat" } as const;

Deno.test("writeSpair() writes what readPairs() and readImage() read", () =>
  withFolder(async (root) => {
    const pairs = [
      { ...pair, split: "trn" },
      { ...pair, source: "b.png", target: "a.png", split: "trn" },
      { ...pair, split: "test" },
    ] as const;
    right(await writeSpair(root, { images, pairs })());
    const options = { format: "spair", split: "trn" } as const;
    const set = right(await readPairs(root, options)());
    equal(set.threshold, "bbox");
    deepStrictEqual(set.pairs.map(({ id }) => id), [
      "000001-a-b:cat",
      "000002-b-a:cat",
    ]);
    // Common ids in ascending order: 2, then 10.
    deepStrictEqual(set.pairs[0]!.source, {
      path: join(root, "JPEGImages/cat/a.png"),
      keypoints: [[2, 1], [3, 1]],
      box: [1, 1, 5, 3],
      size: [4, 6],
    });
    deepStrictEqual(set.pairs[0]!.target.keypoints, [[5, 2], [4, 2]]);
    const image = right(await readImage(set.pairs[0]!.source.path)());
    deepStrictEqual([image.width, image.height, image.data[0]], [6, 4, 9]);
    const test = await readPairs(root, { ...options, split: "test" })();
    equal(right(test).pairs[0]!.id, "000001-a-b:cat");
  }));

Deno.test("writeSpair() writes the fields that SPair-71k has", () =>
  withFolder(async (root) => {
    const difficulty = {
      viewpointVariation: 2,
      scaleVariation: 1,
      truncation: 0,
      occlusion: 3,
    };
    const pairs = [{
      ...pair,
      split: "val" as const,
      mirror: 1 as const,
      difficulty,
    }];
    right(await writeSpair(root, { images, pairs })());
    const name = "PairAnnotation/val/000001-a-b:cat.json";
    deepStrictEqual(JSON.parse(await readFile(join(root, name), "utf8")), {
      pair_id: 1,
      filename: "000001-a-b:cat",
      src_imname: "a.png",
      trg_imname: "b.png",
      src_imsize: [6, 4, 3],
      trg_imsize: [6, 4, 3],
      src_bndbox: [1, 1, 5, 3],
      trg_bndbox: [1, 1, 5, 3],
      category: "cat",
      src_pose: "Unspecified",
      trg_pose: "Unspecified",
      src_kps: [[2, 1], [3, 1]],
      trg_kps: [[5, 2], [4, 2]],
      kps_ids: ["2", "10"],
      mirror: 1,
      viewpoint_variation: 2,
      scale_variation: 1,
      truncation: 0,
      occlusion: 3,
    });
    const annotation = join(root, "ImageAnnotation/cat/a.json");
    const { kps } = JSON.parse(await readFile(annotation, "utf8"));
    deepStrictEqual(kps, images[0]!.keypoints);
  }));

Deno.test("writeSpair() refuses unknown and doubled pictures and pairs with nothing in common", () => {
  const trn = { ...pair, split: "trn" } as const;
  const refuses = (
    given: readonly SpairImage[],
    pairs: Parameters<typeof writeSpair>[1]["pairs"],
  ) => throws(() => writeSpair("never", { images: given, pairs }), OptionError);
  refuses([images[0]!], [trn]);
  refuses([images[0]!, images[0]!], []);
  refuses([images[0]!, picture("b.png", { "4": [1, 1] })], [trn]);
});

Deno.test("writeSpair() names the file it could not write", () =>
  withFolder(async (root) => {
    const pairs = [{ ...pair, split: "trn" as const }];
    right(await writeSpair(root, { images, pairs })());
    const inside = join(root, "JPEGImages/cat/a.png");
    const error = left(await writeSpair(inside, { images, pairs })());
    match(error.file, /a\.png.JPEGImages/);
  }));
