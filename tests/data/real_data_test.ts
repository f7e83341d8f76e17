// The published data sets, where they lie beside the project.
import { deepStrictEqual, equal, ok } from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { checkKeypoints } from "../../src/data/check_pair.ts";
import { writeAtomic } from "../../src/data/files.ts";
import type { ImagePair, PairSet } from "../../src/data/image_pair.ts";
import { readImage } from "../../src/data/read_image.ts";
import { readPairs, type ReadPairsOptions } from "../../src/data/read_pairs.ts";
import { readSafetensors } from "../../src/data/read_safetensors.ts";
import { right, withFolder } from "./_helpers.ts";

const SHARED = join(import.meta.dirname!, "..", "..", "..", "shared");

/** Runs where `path` is there, else is skipped with the reason in its name. */
function withShared(
  path: string,
  name: string,
  f: (path: string) => Promise<void>,
): void {
  const whole = join(SHARED, path);
  const ignore = !existsSync(whole);
  const reason = ignore ? ` (skipped: no ../shared/${path})` : "";
  Deno.test({ name: name + reason, ignore, fn: () => f(whole) });
}

const SETS = [
  ["data/pf-willow", "pf-willow", "test", 630, 70],
  ["data/willow-objectclass", "willow", "train", 928, 59],
  ["data/willow-objectclass", "willow", "val", 86, 20],
] as const;

function images(set: PairSet): readonly string[] {
  const sides = set.pairs.flatMap(({ source, target }) => [source, target]);
  return [...new Set(sides.map(({ path }) => path))];
}

function coordinates(pairs: readonly ImagePair[]): readonly number[] {
  return pairs.flatMap(({ source, target }) =>
    [...source.keypoints, ...target.keypoints].flat()
  );
}

for (const [folder, format, split, pairCount, imageCount] of SETS) {
  const options: ReadPairsOptions = { format, split };

  withShared(
    folder,
    `readPairs() reads all ${pairCount} ${format} ${split} pairs`,
    async (root) => {
      const set = right(await readPairs(root, options)());
      equal(set.pairs.length, pairCount);
      equal(images(set).length, imageCount);
      equal(new Set(set.pairs.map(({ id }) => id)).size, pairCount);
      for (const { source, target } of set.pairs) {
        deepStrictEqual([source, target].map((s) => s.keypoints.length), [
          10,
          10,
        ]);
      }
    },
  );

  withShared(
    folder,
    `readPairs() finds the csv of ${format} ${split} equal to its .mat files`,
    async (root) => {
      const csv = right(await readPairs(root, options)());
      const mat = right(
        await readPairs(root, { ...options, keypoints: "mat" })(),
      );
      const wanted = coordinates(csv.pairs);
      // The csv has four decimals.
      coordinates(mat.pairs).forEach((x, i) => {
        ok(Math.abs(x - wanted[i]!) <= 5.001e-5, `${x} and ${wanted[i]}`);
      });
    },
  );

  withShared(
    folder,
    `checkKeypoints() accepts every ${format} ${split} pair`,
    async (root) => {
      const set = right(await readPairs(root, options)());
      const sizes = new Map<string, readonly [number, number]>();
      for (const path of images(set)) {
        const { width, height } = right(await readImage(path)());
        sizes.set(path, [height, width]);
      }
      for (const pair of set.pairs) {
        const [source, target] = [pair.source, pair.target];
        right(checkKeypoints(pair, {
          source: sizes.get(source.path)!,
          target: sizes.get(target.path)!,
        }));
      }
    },
  );
}

withShared(
  "data/spair-sample",
  "readPairs() reads a pair annotation as SPair-71k publishes it",
  (sample) =>
    withFolder(async (root) => {
      const name = "000001-2008_002719-2008_004100:aeroplane";
      const json = await readFile(join(sample, `${name}.json`));
      const files = {
        "Layout/large/trn.txt": `${name}\n`,
        [`PairAnnotation/trn/${name}.json`]: json,
        "JPEGImages/aeroplane/2008_002719.jpg": "",
        "JPEGImages/aeroplane/2008_004100.jpg": "",
      };
      for (const [path, content] of Object.entries(files)) {
        right(await writeAtomic(join(root, path), content)());
      }
      const options = { format: "spair", split: "trn" } as const;
      const { pairs } = right(await readPairs(root, options)());
      deepStrictEqual(pairs[0]!.target, {
        path: join(root, "JPEGImages/aeroplane/2008_004100.jpg"),
        keypoints: [[39, 145], [364, 171], [416, 173]],
        box: [36, 92, 500, 200],
        size: [332, 500],
      });
    }),
);

withShared(
  "weights/resnet18.safetensors",
  "readSafetensors() reads the weights of ResNet-18",
  async (file) => {
    const { tensors } = right(await readSafetensors(file)());
    deepStrictEqual(tensors["conv1.weight"]!.shape, [64, 3, 7, 7]);
    // Stem 9472, layers 147712 + 524928 + 2098432, weights and biases.
    const count = Object.values(tensors).reduce((n, t) => n + t.data.length, 0);
    equal(count, 2780544);
  },
);
