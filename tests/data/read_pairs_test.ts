import { deepStrictEqual, equal, match, throws } from "node:assert/strict";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { OptionError } from "../../src/core/errors.ts";
import { writeAtomic } from "../../src/data/files.ts";
import { readPairs, type ReadPairsOptions } from "../../src/data/read_pairs.ts";
import { left, right, withFolder } from "./_helpers.ts";
import { matFile } from "./_mat.ts";

const WILLOW = { format: "pf-willow", split: "test" } as const;

const HEADER = "imageA,imageB,XA1,XA2,YA1,YA2,XB1,XB2,YB1,YB2";

const ROW = "PF-dataset/car(S)/a.png,PF-dataset/car(S)/b.png,1,2,3,4,5,6,7,8.5";

/** A folder of two pictures (empty files: reading pairs only finds them) and this csv. */
function withCsv(
  csv: string,
  f: (root: string) => Promise<void>,
  name = "test_pairs.csv",
): Promise<void> {
  return withFolder(async (root) => {
    right(await writeAtomic(join(root, name), csv)());
    for (const image of ["a", "b"]) {
      const file = join(root, "PF-dataset", "car(S)", `${image}.png`);
      right(await writeAtomic(file, "")());
    }
    await f(root);
  });
}

async function refusal(
  csv: string,
  options: ReadPairsOptions = WILLOW,
): Promise<string> {
  let message = "";
  await withCsv(csv, async (root) => {
    message = left(await readPairs(root, options)()).message
      .replaceAll(root, "ROOT").replaceAll("\\", "/");
  });
  return message;
}

Deno.test("readPairs() reads PF-WILLOW rows", () =>
  withCsv(`${HEADER}\n${ROW}\n`, async (root) => {
    const set = right(await readPairs(root, WILLOW)());
    deepStrictEqual(set, {
      name: "pf-willow",
      split: "test",
      threshold: "kps",
      origin: 1,
      pairs: [{
        id: "000001-a-b:car(S)",
        category: "car(S)",
        keypointIds: ["1", "2"],
        source: {
          path: join(root, "PF-dataset/car(S)/a.png"),
          keypoints: [[1, 3], [2, 4]],
        },
        target: {
          path: join(root, "PF-dataset/car(S)/b.png"),
          keypoints: [[5, 7], [6, 8.5]],
        },
      }],
    });
  }));

Deno.test("readPairs() takes the other csv name, line ends and paths without the folder", () => {
  const csv = `\ufeff${HEADER}\r\n${ROW.replaceAll("PF-dataset/", "")}`;
  return withCsv(csv, async (root) => {
    const { pairs } = right(await readPairs(root, WILLOW)());
    equal(pairs[0]!.source.path, join(root, "PF-dataset/car(S)/a.png"));
  }, "test_pairs_pf.csv");
});

Deno.test("readPairs() takes the PF-dataset folder itself as root", () =>
  withCsv(`${HEADER}\n${ROW}\n`, async (root) => {
    const { pairs } = right(
      await readPairs(join(root, "PF-dataset"), WILLOW)(),
    );
    equal(pairs[0]!.target.path, join(root, "PF-dataset/car(S)/b.png"));
  }, "PF-dataset/test_pairs.csv"));

Deno.test("readPairs() takes WILLOW's category from its class column", () => {
  const csv = `${HEADER.replace("imageB", "imageB,class")}\n${
    ROW.replace("b.png", "b.png,Car")
  }\n`;
  return withCsv(csv, async (root) => {
    const options = { format: "willow", split: "train" } as const;
    const { pairs, name } = right(await readPairs(root, options)());
    deepStrictEqual([name, pairs[0]!.category], ["willow", "Car"]);
    deepStrictEqual(pairs[0]!.target.keypoints, [[5, 7], [6, 8.5]]);
  }, "train_pairs.csv");
});

Deno.test("readPairs() names file, row and column of a bad cell", async () => {
  const file = 'ROOT/test_pairs.csv: "row 3, YB2" must be a number: got ';
  const csv = (cell: string): string =>
    `${HEADER}\n${ROW}\n${ROW.replace("8.5", cell)}\n`;
  equal(await refusal(csv("x")), `${file}"x"`);
  equal(await refusal(csv("")), `${file}""`);
  equal(await refusal(csv("NaN")), `${file}"NaN"`);
  equal(await refusal(csv("Infinity")), `${file}"Infinity"`);
});

Deno.test("readPairs() refuses a row that is short or long", async () => {
  const short = `${HEADER}\n${ROW}\n${ROW.slice(0, -5)}`;
  equal(
    await refusal(short),
    'ROOT/test_pairs.csv: "row 3" must be 10 columns as in the header: got 9',
  );
  match(await refusal(`${HEADER}\n${ROW},9\n`), /"row 2" .* got 11/);
});

Deno.test("readPairs() refuses a csv without rows, or with another header", async () => {
  const none = 'ROOT/test_pairs.csv: "split test" must be at least one pair';
  equal(await refusal(`${HEADER}\n`), `${none}: got none`);
  equal(await refusal(`${HEADER}\n\n \n`), `${none}: got none`);
  match(await refusal(""), /"header" must be a csv header/);
  match(
    await refusal(`a,b\n1,2\n`),
    /a column XA1 for format pf-willow: got a,b/,
  );
  match(
    await refusal(`${HEADER.replace("YA2,", "")}\n${ROW}\n`),
    /"header, column 6" must be YA2: got XB1/,
  );
  match(
    await refusal(`${HEADER}\n${ROW}\n`, { format: "willow", split: "test" }),
    /a column class for format willow/,
  );
});

Deno.test("readPairs() leaves blank rows of a csv out, and counts them", async () => {
  const csv = (last: string): string =>
    [HEADER, "", ROW, " ", ",,,,,,,,,", last, ""].join("\n");
  await withCsv(csv(ROW), async (root) => {
    const { pairs } = right(await readPairs(root, WILLOW)());
    deepStrictEqual(pairs.map(({ id }) => id), [
      "000001-a-b:car(S)",
      "000002-a-b:car(S)",
    ]);
  });
  match(await refusal(csv(ROW.replace("8.5", "x"))), /"row 6, YB2" must be/);
});

Deno.test("readPairs() says of a folder that it is no picture, and of a file that it is no root", async () => {
  await withCsv(`${HEADER}\n${ROW}\n`, async (root) => {
    const file = join(root, "test_pairs.csv");
    equal(
      left(await readPairs(file, WILLOW)()).message,
      `${file}: "root" must be a folder: got a file`,
    );
    const image = join(root, "PF-dataset", "car(S)", "a.png");
    await rm(image);
    await mkdir(image);
    equal(
      left(await readPairs(root, WILLOW)()).message,
      `${image}: "file" must be a readable file: got a folder, though ` +
        `${file}, row 2, imageA, names it`,
    );
  });
});

Deno.test("readPairs() says which row names a missing picture", async () => {
  const csv = `${HEADER}\n${ROW}\n${ROW.replace("b.png", "c.png")}\n`;
  equal(
    await refusal(csv),
    "ROOT/PF-dataset/car(S)/c.png: must be a readable file: got none, " +
      "though ROOT/test_pairs.csv, row 3, imageB, names it",
  );
});

Deno.test("readPairs() names the csv that is not there", async () => {
  const error = left(await readPairs("no/such", WILLOW)());
  equal(error._tag, "MissingFile");
  equal(error.file, join("no/such", "test_pairs.csv"));
  equal(
    error.message,
    `${error.file}: must be a readable file: got none, nor any other split ` +
      "of format pf-willow",
  );
});

Deno.test("readPairs() names the splits that are there where one is not", async () => {
  const refused = async (root: string, options: ReadPairsOptions) => {
    const error = left(await readPairs(root, options)());
    equal(error._tag, "MissingFile");
    return error.message;
  };
  await withCsv(`${HEADER}\n${ROW}`, async (root) => {
    match(
      await refused(root, { ...WILLOW, split: "val" }),
      /val_pairs\.csv: .*got none; splits that are there: test$/,
    );
    // Of a list, that it is there is enough: this one has no class.
    right(await writeAtomic(join(root, "val_pairs.csv"), HEADER)());
    match(
      await refused(root, { format: "willow", split: "train" }),
      /splits that are there: val, test$/,
    );
  });
  await withSpair(FIELDS, async (root) => {
    match(
      await refused(root, { format: "spair", split: "test" }),
      /test\.txt: .*; splits that are there: trn$/,
    );
  });
  await withFolder(async (root) => {
    const pair = join(root, "PairAnnotation/val/1-2:cat.json");
    right(await writeAtomic(pair, "{}")());
    match(
      await refused(root, { format: "ap-10k", split: "test" }),
      /PairAnnotation.test: .*; splits that are there: val$/,
    );
    right(await writeAtomic(join(root, "mine.jsonl"), "")());
    match(
      await refused(root, { format: "jsonl", split: "test" }),
      /pairs\.jsonl: .*; splits that are there: mine$/,
    );
  });
});

Deno.test("readPairs() refuses an unknown format", () => {
  const format = "coco" as "spair";
  throws(() => readPairs("a", { format, split: "test" }), OptionError);
});

/** `pts_coord [2, K]` of these points. */
function pointsFile(
  points: readonly (readonly [number, number])[],
): Uint8Array {
  const axis = (i: 0 | 1) => points.map((point) => point[i]);
  return matFile({ pts_coord: [axis(0), axis(1)] });
}

Deno.test("readPairs() takes keypoints from the .mat beside each picture", () =>
  withCsv(`${HEADER}\n${ROW}\n`, async (root) => {
    const options = { ...WILLOW, keypoints: "mat" } as const;
    const mat = (image: string): string =>
      join(root, "PF-dataset", "car(S)", `${image}.mat`);
    const missing = left(await readPairs(root, options)());
    equal(missing._tag, "MissingFile");
    right(await writeAtomic(mat("a"), pointsFile([[1.25, 3], [2, 4]]))());
    right(await writeAtomic(mat("b"), pointsFile([[5, 7], [6, 8]]))());
    const { pairs } = right(await readPairs(root, options)());
    deepStrictEqual(pairs[0]!.source.keypoints, [[1.25, 3], [2, 4]]);
    deepStrictEqual(pairs[0]!.target.keypoints, [[5, 7], [6, 8]]);
    right(await writeAtomic(mat("b"), pointsFile([[5, 7], [NaN, 8]]))());
    match(
      left(await readPairs(root, options)()).message,
      /b\.mat: "pts_coord\[0, 1\]" must be a number: got NaN/,
    );
    right(await writeAtomic(mat("b"), pointsFile([[5, 7]]))());
    match(
      left(await readPairs(root, options)()).message,
      /b\.mat: "pts_coord" must be \[2, 2\] as in .*: got \[2, 1\]/,
    );
  }));

Deno.test("readPairs() grades SPair pairs, and reads the small lists", () =>
  withSpair({
    ...FIELDS,
    viewpoint_variation: 1,
    scale_variation: 2,
    truncation: 3,
    occlusion: 0,
  }, async (root) => {
    const { pairs } = right(await readPairs(root, SPAIR)());
    deepStrictEqual(pairs[0]!.difficulty, {
      viewpointVariation: 1,
      scaleVariation: 2,
      truncation: 3,
      occlusion: 0,
    });
    const small = { ...SPAIR, layout: "small" } as const;
    match(
      left(await readPairs(root, small)()).message,
      /Layout.small.trn\.txt: must be a readable file/,
    );
    const list = join(root, "Layout/small/trn.txt");
    right(await writeAtomic(list, "000001-a-b:cat")());
    const set = right(await readPairs(root, small)());
    deepStrictEqual(set.choices, { layout: "small" });
    deepStrictEqual(set.pairs, pairs);
  }));

const SPAIR = { format: "spair", split: "trn" } as const;

/** A pair in the fields that SPair-71k publishes. */
const FIELDS = {
  pair_id: 1,
  filename: "000001-a-b:cat",
  src_imname: "a.jpg",
  trg_imname: "b.jpg",
  src_imsize: [500, 333, 3],
  trg_imsize: [400, 300, 3],
  src_bndbox: [210, 34, 475, 250],
  trg_bndbox: [36, 92, 400, 200],
  category: "cat",
  src_kps: [[212, 153], [300, 130]],
  trg_kps: [[39, 145], [400, 171]],
  kps_ids: ["0", "7"],
  mirror: 0,
};

async function withSpair(
  fields: unknown,
  f: (root: string) => Promise<void>,
  separator = ":",
): Promise<void> {
  await withFolder(async (root) => {
    const json = typeof fields === "string" ? fields : JSON.stringify(fields);
    const files = {
      "Layout/large/trn.txt": "000001-a-b:cat\n",
      [`PairAnnotation/trn/000001-a-b${separator}cat.json`]: json,
      "JPEGImages/cat/a.jpg": "",
      "JPEGImages/cat/b.jpg": "",
    };
    for (const [name, content] of Object.entries(files)) {
      right(await writeAtomic(join(root, name), content)());
    }
    await f(root);
  });
}

for (const separator of [":", "_"]) {
  Deno.test(`readPairs() reads SPair pairs named with ${separator}`, () =>
    withSpair(FIELDS, async (root) => {
      const set = right(await readPairs(root, SPAIR)());
      deepStrictEqual(set, {
        name: "spair",
        split: "trn",
        threshold: "bbox",
        pairs: [{
          id: "000001-a-b:cat",
          category: "cat",
          keypointIds: ["0", "7"],
          source: {
            path: join(root, "JPEGImages/cat/a.jpg"),
            keypoints: [[212, 153], [300, 130]],
            box: [210, 34, 475, 250],
            size: [333, 500],
          },
          target: {
            path: join(root, "JPEGImages/cat/b.jpg"),
            keypoints: [[39, 145], [400, 171]],
            box: [36, 92, 400, 200],
            size: [300, 400],
          },
        }],
      });
    }, separator));
}

Deno.test("readPairs() names file and field of a bad SPair annotation", async () => {
  const cases: [Record<string, unknown> | string, RegExp][] = [
    [{ src_kps: [], trg_kps: [] }, /"src_kps" must be a list of at least one/],
    [{ kps_ids: ["0"] }, /"kps_ids" must be 2 names, one a keypoint/],
    [{ trg_kps: [[1, 1]] }, /"trg_kps" must be 2 points as src_kps: got 1/],
    [
      { src_kps: [[501, 1], [1, 1]] },
      /"src_kps\[0\]" must be inside 500 x 333/,
    ],
    [
      { trg_kps: [[1, 1], [1, 301]] },
      /"trg_kps\[1\]" must be inside 400 x 300/,
    ],
    [{ src_kps: [[1, "a"], [1, 1]] }, /"src_kps\[0\]" must be \[x, y\]/],
    [{ src_kps: [[1, 2, 3], [1, 1]] }, /"src_kps\[0\]" must be \[x, y\]/],
    [{ trg_bndbox: [5, 5, 5, 9] }, /"trg_bndbox" must be \[x1, y1, x2, y2\]/],
    [{ trg_bndbox: null }, /"trg_bndbox" must be a list of numbers: got null/],
    [{ src_imsize: [500] }, /"src_imsize" must be \[W, H, C\]/],
    [{ src_imname: 3 }, /"src_imname" must be a name: got 3/],
    [{ category: undefined }, /"category" must be a name: got nothing/],
    [
      { trg_imname: "c.jpg" },
      /c\.jpg: must be a readable file: got none, though .*json/,
    ],
    ['{"pair_id": 1, "src_', /"file" must be JSON/],
    ["[]", /"file" must be a JSON object/],
    [
      { occlusion: 4 },
      /"viewpoint_variation" must be a whole number of 0 to 2/,
    ],
    [
      { viewpoint_variation: 0, scale_variation: 0, truncation: 4 },
      /"truncation" must be a whole number of 0 to 3: got 4/,
    ],
  ];
  for (const [change, message] of cases) {
    const fields = typeof change === "string"
      ? change
      : { ...FIELDS, ...change };
    await withSpair(fields, async (root) => {
      match(left(await readPairs(root, SPAIR)()).message, message);
    });
  }
});

Deno.test("readPairs() refuses an SPair list that is empty or names no annotation", () =>
  withSpair(FIELDS, async (root) => {
    const list = join(root, "Layout/large/trn.txt");
    right(await writeAtomic(list, "\n")());
    match(
      left(await readPairs(root, SPAIR)()).message,
      /trn\.txt: "split trn" must be at least one pair: got none$/,
    );
    right(await writeAtomic(list, "000001-a-b:cat\n000002-b")());
    const error = left(await readPairs(root, SPAIR)());
    equal(error._tag, "MissingFile");
    match(error.message, /000002-b\.json.*trn\.txt, line 2, names it/);
  }));
