import { deepStrictEqual, equal, match } from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { checkData } from "../../src/data/check_data.ts";
import { writeAtomic } from "../../src/data/files.ts";
import { readPairs } from "../../src/data/read_pairs.ts";
import { left, right, withFolder } from "./_helpers.ts";
import { picture } from "./_pascal.ts";

/** Where the published lists were made; not where they are read. */
const ELSEWHERE = "data/ap-10k/ImageAnnotation";

/** COCO's 17 keypoints: those given are in sight, the next one is annotated but hidden. */
function annotation(seen: Readonly<Record<number, readonly [number, number]>>) {
  const keypoints = Array.from({ length: 17 }, (_, k) => {
    const point = seen[k];
    return point ? [...point, 2] : seen[k - 1] ? [1, 1, 1] : [0, 0, 0];
  }).flat();
  return JSON.stringify({
    keypoints,
    num_keypoints: Object.keys(seen).length,
    bbox: [2, 3, 30, 20],
    width: 40,
    height: 30,
    name: "cat",
    supercategory: "Felidae",
  });
}

const ANIMALS = {
  "Felidae/cat/000000000001": annotation({ 0: [3, 4], 5: [6, 7], 9: [8, 9] }),
  "Felidae/cat/000000000002": annotation({ 0: [13, 14], 9: [18, 19] }),
  "Canidae/dog/000000000003": annotation({ 5: [21, 22], 9: [23, 24] }),
};

async function writeAp10k(
  root: string,
  pairs: Readonly<Record<string, readonly [string, string]>>,
): Promise<void> {
  const files: Record<string, string | Uint8Array> = {};
  for (const [name, json] of Object.entries(ANIMALS)) {
    files[`ImageAnnotation/${name}.json`] = json;
    files[`JPEGImages/${name}.jpg`] = picture(1);
  }
  for (const [name, [source, target]] of Object.entries(pairs)) {
    files[`PairAnnotation/${name}.json`] = JSON.stringify({
      src_json_path: `${ELSEWHERE}/${source}.json`,
      trg_json_path: `${ELSEWHERE}/${target}.json`,
    });
  }
  for (const [path, content] of Object.entries(files)) {
    right(await writeAtomic(join(root, path), content)());
  }
}

const [A, B, C] = Object.keys(ANIMALS) as [string, string, string];
const PAIRS = {
  "test/000000000001-000000000002:cat": [A, B],
  "test_cross_family/000000000002-000000000003:all": [B, C],
} as const;
const TEST = { format: "ap-10k", split: "test" } as const;

Deno.test("readPairs() reads AP-10K's pairs wherever they were made", () =>
  withFolder(async (root) => {
    await writeAp10k(root, PAIRS);
    const set = right(await readPairs(root, TEST)());
    const side = { box: [2, 3, 32, 23], size: [30, 40] };
    deepStrictEqual(set, {
      name: "ap-10k",
      split: "test",
      threshold: "bbox",
      choices: { sampling: "all pairs" },
      pairs: [{
        id: "000000000001-000000000002:cat",
        category: "cat",
        source: {
          path: join(root, `JPEGImages/${A}.jpg`),
          keypoints: [[3, 4], [8, 9]],
          ...side,
        },
        target: {
          path: join(root, `JPEGImages/${B}.jpg`),
          keypoints: [[13, 14], [18, 19]],
          ...side,
        },
        keypointIds: ["0", "9"],
      }],
    });
    const split = "test_cross_family";
    const cross = right(await readPairs(root, { ...TEST, split })());
    deepStrictEqual(
      cross.pairs.map(({ category, keypointIds }) => [
        category,
        keypointIds,
      ]),
      [["all", ["9"]]],
    );
  }));

Deno.test("readPairs() draws as many of AP-10K's pairs of a category as it is told to, always the same", () =>
  withFolder(async (root) => {
    const many = Object.fromEntries(
      Array.from({ length: 12 }, (_, i) => [
        `test/${i}-${i + 1}:${i < 9 ? "cat" : "dog"}`,
        [A, B] as const,
      ]),
    );
    await writeAp10k(root, many);
    const read = async (perCategory: number) =>
      right(await readPairs(root, { ...TEST, perCategory })());
    const drawn = await read(4);
    const categories = drawn.pairs.map(({ category }) => category);
    equal(categories.filter((name) => name === "cat").length, 4);
    equal(categories.filter((name) => name === "dog").length, 3);
    equal(new Set(drawn.pairs.map(({ id }) => id)).size, 7);
    deepStrictEqual(await read(4), drawn);
    equal(
      drawn.choices!["sampling"],
      "4 pairs a category, without replacement, seed 42",
    );
    equal((await read(0)).pairs.length, 12);
  }));

Deno.test("readPairs() names what is wrong with AP-10K's files", async () => {
  const json = (change: object) =>
    JSON.stringify({
      ...JSON.parse(ANIMALS[B as keyof typeof ANIMALS]),
      ...change,
    });
  const pair = "PairAnnotation/test/000000000001-000000000002:cat.json";
  const cases: [string, string, RegExp][] = [
    [
      `ImageAnnotation/${B}.json`,
      json({ keypoints: [1, 2] }),
      /"keypoints" must be \[x, y, v\]/,
    ],
    [
      `ImageAnnotation/${B}.json`,
      json({ bbox: [1, 2, 0, 3] }),
      /"bbox" must be \[left, top/,
    ],
    [
      `ImageAnnotation/${B}.json`,
      json({ width: "4" }),
      /"width" must be a whole number >= 1: got "4"/,
    ],
    [
      `ImageAnnotation/${B}.json`,
      annotation({ 2: [1, 1] }),
      /a keypoint in sight of both: got none/,
    ],
    [pair, "{}", /"src_json_path" must be a name: got nothing/],
    [
      pair,
      '{"src_json_path": "x.json"}',
      /"src_json_path" must be a path with ImageAnnotation/,
    ],
    [
      pair,
      '{"src_json_path": "ImageAnnotation/../x.json"}',
      /must be a path with ImageAnn/,
    ],
  ];
  for (const [path, content, message] of cases) {
    await withFolder(async (root) => {
      await writeAp10k(root, PAIRS);
      right(await writeAtomic(join(root, path), content)());
      match(left(await readPairs(root, TEST)()).message, message);
    });
  }
  const missing = left(await readPairs("no/such", TEST)());
  equal(missing._tag, "MissingFile");
});

Deno.test("checkData() looks at the splits of AP-10K that are there", () =>
  withFolder(async (root) => {
    await writeAp10k(root, PAIRS);
    await rm(join(root, `ImageAnnotation/${C}.json`));
    const { splits, findings } = right(
      await checkData(root, { format: "ap-10k" })(),
    );
    deepStrictEqual(splits.map(({ split }) => split), [
      "test",
      "test_cross_family",
    ]);
    const missing = findings.filter(({ kind }) =>
      kind === "missing-annotations"
    );
    deepStrictEqual(missing.map(({ split, count }) => [split, count]), [
      ["test_cross_family", 1],
    ]);
  }));
