import { deepStrictEqual, equal, match } from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomic } from "../../src/data/files.ts";
import { readPairs, type ReadPairsOptions } from "../../src/data/read_pairs.ts";
import { imageLoader } from "../../src/runs/load_image.ts";
import { left, right, withFolder } from "./_helpers.ts";
import { matFile } from "./_mat.ts";
import { FOLDER, TEST, TRAIN, writePascal } from "./_pascal.ts";

const TRN = { format: "pf-pascal", split: "trn" } as const;
const LISTS = { "trn_pairs.csv": TRAIN, "test_pairs.csv": TEST };

async function refusal(
  lists: Readonly<Record<string, string>>,
  options: ReadPairsOptions = TRN,
): Promise<string> {
  let message = "";
  await withFolder(async (root) => {
    await writePascal(root, lists);
    message = left(await readPairs(root, options)()).message
      .replaceAll(root, "ROOT");
  });
  return message;
}

Deno.test("readPairs() reads PF-PASCAL's annotations, keypoints both pictures show", () =>
  withFolder(async (root) => {
    await writePascal(root, LISTS);
    const set = right(await readPairs(root, TRN)());
    const image = (name: string) =>
      join(root, FOLDER, "JPEGImages", `${name}.jpg`);
    deepStrictEqual({ ...set, pairs: set.pairs.length }, {
      name: "pf-pascal",
      split: "trn",
      threshold: "img",
      origin: 1,
      choices: {
        list: "trn_pairs.csv",
        keypoints: "mat",
        oneBased: "keep",
        mirrorRule: "exact",
      },
      pairs: 3,
    });
    const size = [30, 40];
    deepStrictEqual(set.pairs[0], {
      id: "000001-2008_000001-2008_000002:bus",
      category: "bus",
      source: {
        path: image("2008_000001"),
        keypoints: [[3, 4], [30.5, 20]],
        box: [2, 3, 35, 25],
        size,
      },
      target: {
        path: image("2008_000002"),
        keypoints: [[5, 6], [9, 10]],
        box: [2, 3, 35, 25],
        size,
      },
      keypointIds: ["0", "2"],
    });
    deepStrictEqual(set.pairs[2]!.keypointIds, ["0", "3"]);
  }));

Deno.test("readPairs() mirrors both sides of a pair with flip, exactly", () =>
  withFolder(async (root) => {
    await writePascal(root, LISTS);
    const mirrored = right(await readPairs(root, TRN)()).pairs[1]!;
    // W + 1 - x of 1-based coordinates in 40 columns.
    deepStrictEqual(mirrored.source.keypoints, [[38, 4], [10.5, 20]]);
    deepStrictEqual(mirrored.target.keypoints, [[36, 6], [32, 10]]);
    deepStrictEqual(mirrored.source.box, [6, 3, 39, 25]);
    deepStrictEqual(mirrored.target.edits, [{ kind: "mirror" }]);
  }));

Deno.test("readPairs() shifts 1-based coordinates, and mirrors by either rule", () =>
  withFolder(async (root) => {
    await writePascal(root, LISTS);
    const read = async (options: Partial<ReadPairsOptions>) => {
      const set = right(await readPairs(root, { ...TRN, ...options })());
      return set.pairs.slice(0, 2).map((p) => p.source.keypoints[0]);
    };
    deepStrictEqual(await read({ oneBased: "keep" }), [[3, 4], [38, 4]]);
    // 0-based 2 becomes W - 1 - 2.
    deepStrictEqual(await read({ oneBased: "shift" }), [[2, 3], [37, 3]]);
    deepStrictEqual(await read({ mirrorRule: "offByOne" }), [[3, 4], [37, 4]]);
    deepStrictEqual(
      await read({ mirrorRule: "offByOne", oneBased: "shift" }),
      [[2, 3], [38, 3]],
    );
  }));

Deno.test("a mirrored pair of PF-PASCAL comes out of the loader mirrored", () =>
  withFolder(async (root) => {
    await writePascal(root, LISTS);
    const { pairs } = right(
      await readPairs(root, { ...TRN, oneBased: "shift" })(),
    );
    const load = imageLoader({ size: "original", stride: 1, cacheBytes: 1e6 });
    for (const { source } of pairs.slice(0, 2)) {
      const { image } = right(await load(source)());
      const bright = image.data.indexOf(255) / 3;
      // The bright column is the one that the first keypoint is on.
      equal(bright, source.keypoints[0]![0]);
    }
  }));

Deno.test("readPairs() takes the keypoints that a PF-PASCAL list carries", () =>
  withFolder(async (root) => {
    await writePascal(root, LISTS);
    const options = { format: "pf-pascal", split: "test" } as const;
    const csv = right(await readPairs(root, options)());
    deepStrictEqual(csv.pairs[0]!.source.keypoints, [[3, 4], [30.5, 20]]);
    deepStrictEqual(csv.pairs[0]!.target.keypoints, [[5, 6], [9, 10]]);
    equal(csv.choices!["keypoints"], "csv");
    const mat = right(
      await readPairs(root, { ...options, keypoints: "mat" })(),
    );
    deepStrictEqual(
      mat.pairs[0]!.source.keypoints,
      csv.pairs[0]!.source.keypoints,
    );
    deepStrictEqual(mat.pairs[0]!.keypointIds, ["0", "2"]);
  }));

Deno.test("readPairs() finds PF-PASCAL's lists by each family of names", async () => {
  const names = [
    ["trn_pairs.csv", "trn"],
    ["trn_pairs.csv", "train"],
    ["image_pairs/train_pairs.csv", "trn"],
    ["image_pairs/train_pairs.csv", "train"],
    ["train_pairs_pf_pascal.csv", "trn"],
    [`${FOLDER}/train_pairs_pf_pascal.csv`, "train"],
  ] as const;
  for (const [list, split] of names) {
    await withFolder(async (root) => {
      await writePascal(root, { [list]: TRAIN });
      const set = right(await readPairs(root, { ...TRN, split })());
      equal(set.pairs.length, 3, list);
      equal(set.choices!["list"], list.split("/").at(-1));
    });
  }
  const rows = TEST.split("\n");
  const sfnet = `${rows[0]},L_pck\n${rows[1]},27.5`;
  await withFolder(async (root) => {
    await writePascal(root, { "bbox_test_pairs_pf_pascal.csv": sfnet });
    const set = right(await readPairs(root, { ...TRN, split: "test" })());
    deepStrictEqual(set.pairs[0]!.target.keypoints, [[5, 6], [9, 10]]);
  });
});

Deno.test("readPairs() takes PF-dataset-PASCAL itself as root, lists beside it", () =>
  withFolder(async (root) => {
    await writePascal(root, { "image_pairs/train_pairs.csv": TRAIN });
    const set = right(await readPairs(join(root, FOLDER), TRN)());
    equal(set.pairs.length, 3);
    equal(
      set.pairs[0]!.source.path,
      join(root, FOLDER, "JPEGImages/2008_000001.jpg"),
    );
  }));

Deno.test("readPairs() names what is wrong with a PF-PASCAL list", async () => {
  const list = (from: string, to: string) => ({
    "trn_pairs.csv": TRAIN.replace(from, to),
  });
  const file = 'ROOT/trn_pairs.csv: "';
  equal(
    await refusal(list(",6,1", ",21,1")),
    `${file}row 3, class" must be 1 to 20: got 21`,
  );
  equal(
    await refusal(list(",6,1", ",6,2")),
    `${file}row 3, flip" must be 0 or 1: got 2`,
  );
  equal(
    await refusal(list(",6,1", ",6,")),
    `${file}row 3, flip" must be a number: got ""`,
  );
  equal(
    await refusal(list(",6,1", ",6")),
    `${file}row 3" must be 4 columns as in the header: got 3`,
  );
  equal(
    await refusal({
      "trn_pairs.csv": TRAIN.replace(",6,1", ",6").replaceAll("\n", "\n\n"),
    }),
    `${file}row 5" must be 4 columns as in the header: got 3`,
  );
  match(await refusal(list("class", "klass")), /one with a column class: got/);
  match(
    await refusal({ "trn_pairs.csv": TRAIN.split("\n")[0]! }),
    /"split trn" must be at least one pair: got none/,
  );
  match(
    await refusal(list("2008_000003", "2008_000009")),
    /2008_000009\.jpg: .*though ROOT\/trn_pairs\.csv, row 4, source_image,/,
  );
  const test = { "test_pairs.csv": TEST.replace("5;9", "5;9;1") };
  equal(
    await refusal(test, { ...TRN, split: "test" }),
    'ROOT/test_pairs.csv: "row 2, XB" must be 2 numbers as in XA: got 3',
  );
  match(
    await refusal({ "test_pairs.csv": TEST.replace("5;9", "5;x") }, {
      ...TRN,
      split: "test",
    }),
    /"row 2, XB" must be a number: got "x"/,
  );
});

Deno.test("readPairs() names what is wrong with a PF-PASCAL annotation", async () => {
  const cases: [Uint8Array | undefined, RegExp][] = [
    [undefined, /Annotations\/bus\/2008_000002\.mat: must be a readable file/],
    [matFile({ pts: [[1, 2]] }), /"kps" must be \[K, 2\]: got nothing/],
    [matFile({ kps: [[1, 2, 3]] }), /"kps" must be \[K, 2\]: got \[1, 3\]/],
    [
      matFile({ kps: [[1, NaN], [1, 1], [1, 1], [1, 1]] }),
      /"kps\[0\]" must be two numbers or two NaN: got \[1, NaN\]/,
    ],
    [
      matFile({ kps: [[1, 2]] }),
      /"row 2" must be two pictures with as many keypoints: got 4 and 1/,
    ],
    [
      matFile({ kps: [[NaN, NaN], [1, 1], [NaN, NaN], [NaN, NaN]] }),
      /"row 2" must be two pictures with a keypoint in common: got none/,
    ],
    [
      matFile({ kps: [[1, 1]], bbox: [[5, 5, 4, 9]] }),
      /"bbox" must be \[x1, y1, x2, y2\]/,
    ],
  ];
  for (const [content, message] of cases) {
    await withFolder(async (root) => {
      await writePascal(root, LISTS);
      const file = join(root, FOLDER, "Annotations/bus/2008_000002.mat");
      if (content === undefined) await rm(file);
      else right(await writeAtomic(file, content)());
      match(left(await readPairs(root, TRN)()).message, message);
    });
  }
});
