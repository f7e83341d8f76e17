import { deepStrictEqual, equal, match, throws } from "node:assert/strict";
import { mkdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { OptionError } from "../../src/core/errors.ts";
import { checkData } from "../../src/data/check_data.ts";
import { writeAtomic } from "../../src/data/files.ts";
import type { PairSet } from "../../src/data/image_pair.ts";
import { readPairs } from "../../src/data/read_pairs.ts";
import { writePairs } from "../../src/data/write_pairs.ts";
import { left, right, withFolder } from "./_helpers.ts";
import { picture, TEST, TRAIN, writePascal } from "./_pascal.ts";

const LINE = {
  split: "train",
  source: { path: "a.png", keypoints: [[1, 2], [3, 4]] },
  target: { path: "b/c.png", keypoints: [[5, 6], [7, 8]] },
};

/** A folder of both pictures and these lines. */
function withLines(
  lines: readonly unknown[] | string,
  f: (root: string) => Promise<void>,
  name = "pairs.jsonl",
): Promise<void> {
  return withFolder(async (root) => {
    const text = typeof lines === "string"
      ? lines
      : lines.map((line) => JSON.stringify(line)).join("\n");
    for (
      const [path, content] of [
        [name, text],
        ["a.png", picture(1)],
        ["b/c.png", picture(2)],
      ] as const
    ) right(await writeAtomic(join(root, path), content)());
    await f(root);
  });
}

const TRAINING = { format: "jsonl", split: "train" } as const;

Deno.test("readPairs() reads the least that a line of one's own must have", () =>
  withLines([LINE], async (root) => {
    const set = right(await readPairs(root, TRAINING)());
    deepStrictEqual(set, {
      name: "jsonl",
      split: "train",
      threshold: "img",
      pairs: [{
        id: "1",
        category: "object",
        source: { path: join(root, "a.png"), keypoints: [[1, 2], [3, 4]] },
        target: { path: join(root, "b/c.png"), keypoints: [[5, 6], [7, 8]] },
      }],
    });
  }));

Deno.test("readPairs() reads all that a line may have", () =>
  withLines([{
    ...LINE,
    id: "x",
    category: "chair",
    keypointIds: ["leg", 7],
    source: { ...LINE.source, size: [40, 30], mirrored: true },
    target: { ...LINE.target, box: [1, 2, 30, 20], mirrored: false },
    difficulty: {
      viewpointVariation: 1,
      scaleVariation: 2,
      truncation: 3,
      occlusion: 0,
    },
  }], async (root) => {
    const { threshold, pairs } = right(await readPairs(root, TRAINING)());
    equal(threshold, "bbox");
    deepStrictEqual(pairs[0], {
      id: "x",
      category: "chair",
      source: {
        path: join(root, "a.png"),
        keypoints: [[1, 2], [3, 4]],
        size: [30, 40],
        edits: [{ kind: "mirror" }],
      },
      target: {
        path: join(root, "b/c.png"),
        keypoints: [[5, 6], [7, 8]],
        box: [1, 2, 30, 20],
      },
      keypointIds: ["leg", "7"],
      difficulty: {
        viewpointVariation: 1,
        scaleVariation: 2,
        truncation: 3,
        occlusion: 0,
      },
    });
  }));

Deno.test("readPairs() tells splits apart by line or by file", async () => {
  const lines = [LINE, { ...LINE, split: "val" }, { ...LINE, id: "z" }];
  await withLines(lines, async (root) => {
    const ids = async (split: string) =>
      right(await readPairs(root, { ...TRAINING, split })())
        .pairs.map(({ id }) => id);
    deepStrictEqual(await ids("train"), ["1", "z"]);
    deepStrictEqual(await ids("val"), ["2"]);
    const none = left(await readPairs(root, { ...TRAINING, split: "test" })());
    match(
      none.message,
      /pairs\.jsonl: "split" must be one of train, val: got test$/,
    );
  });
  const { split: _, ...bare } = LINE;
  await withLines(
    [bare, "", bare].map((line) => line === "" ? line : JSON.stringify(line))
      .join("\n"),
    async (root) => {
      const { pairs } = right(await readPairs(root, TRAINING)());
      deepStrictEqual(pairs.map(({ id }) => id), ["1", "3"]);
    },
    "train.jsonl",
  );
});

Deno.test("readPairs() refuses a split that is in two files", () =>
  withLines([LINE, { ...LINE, split: "test" }], async (root) => {
    const common = join(root, "pairs.jsonl");
    const own = (split: string) => join(root, `${split}.jsonl`);
    for (const split of ["test", "val"]) {
      right(
        await writeAtomic(own(split), JSON.stringify({ ...LINE, split }))(),
      );
    }
    equal(
      left(await readPairs(root, { ...TRAINING, split: "test" })()).message,
      `${common}: "line 2, split" must be none that has a file of its own, ` +
        'test.jsonl: got "test"',
    );
    const val = right(await readPairs(root, { ...TRAINING, split: "val" })());
    equal(val.pairs.length, 1);
  }));

Deno.test("readPairs() reads a split's own file beside lines that are wrong", () =>
  withLines(
    ["broken", "null", "[]", '{"split": "val"}'].join("\n"),
    async (root) => {
      for (const split of ["train", "val"]) {
        const own = join(root, `${split}.jsonl`);
        right(await writeAtomic(own, JSON.stringify({ ...LINE, split }))());
      }
      equal(right(await readPairs(root, TRAINING)()).pairs.length, 1);
      // What is wrong with a line does not hide that the split is in both.
      match(
        left(await readPairs(root, { ...TRAINING, split: "val" })()).message,
        /pairs\.jsonl: "line 4, split" must be none .*, val\.jsonl: got "val"$/,
      );
      match(
        left(await readPairs(root, { ...TRAINING, split: "test" })()).message,
        /pairs\.jsonl: "line 1" must be JSON/,
      );
    },
  ));

Deno.test("checkData() names a folder that has the name of a split's file", async () => {
  const options = { format: "jsonl" } as const;
  const said = (root: string) =>
    `${join(root, "test.jsonl")}: "file" must be a readable file: got a folder`;
  const malformed = async (root: string) =>
    right(await checkData(root, options)()).findings
      .filter(({ kind }) => kind === "malformed")
      .map(({ split, message }) => [split, message]);
  await withLines([LINE], async (root) => {
    await mkdir(join(root, "test.jsonl"));
    equal(
      left(await readPairs(root, { ...options, split: "test" })()).message,
      said(root),
    );
    deepStrictEqual(await malformed(root), [["test", said(root)]]);
    deepStrictEqual(
      right(await checkData(root, options)()).splits.map(({ split }) => split),
      ["train"],
    );
  });
  await withFolder(async (root) => {
    await mkdir(join(root, "test.jsonl"));
    deepStrictEqual(await malformed(root), [["test", said(root)]]);
  });
});

Deno.test({
  name:
    "checkData() names a link that has the name of a split's file and leads nowhere",
  // Where links take leave of their own.
  ignore: Deno.build.os === "windows",
  fn: () =>
    withLines([LINE], async (root) => {
      const file = join(root, "test.jsonl");
      await symlink(join(root, "none"), file);
      const { findings, splits } = right(
        await checkData(root, { format: "jsonl" })(),
      );
      deepStrictEqual(splits.map(({ split }) => split), ["train"]);
      equal(findings[0]?.split, "test");
      equal(
        findings[0]?.message,
        `${file}: must be a readable file: got none`,
      );
    }),
});

Deno.test("readPairs() reads the lines that docs/data.md shows", async () => {
  const docs = new URL("../../docs/data.md", import.meta.url);
  const text = await readFile(docs, "utf8");
  const [, lines] = text.match(/^```jsonl\n([^]*?)^```$/m)!;
  await withLines(lines!, async (root) => {
    for (const name of ["a", "b", "c", "d"]) {
      right(await writeAtomic(join(root, `${name}.jpg`), picture(1))());
    }
    const { splits, findings } = right(
      await checkData(root, { format: "jsonl" })(),
    );
    deepStrictEqual(splits.map(({ split, pairs }) => [split, pairs]), [
      ["train", 1],
      ["test", 1],
    ]);
    const errors = findings.filter(({ level }) => level === "error");
    // The pictures here are smaller than those the example is about.
    deepStrictEqual([...new Set(errors.map(({ kind }) => kind))], ["outside"]);
  });
});

Deno.test("readPairs() names line and field that are wrong", async () => {
  const cases: [unknown, RegExp][] = [
    ["{", /"line 1" must be JSON: got /],
    ["[]", /"line 1" must be an object: got \[\]/],
    [
      { ...LINE, kategory: "x" },
      /"line 1" must be an object of id, .*: got kategory/,
    ],
    [{ ...LINE, split: 3 }, /"line 1, split" must be a name: got 3/],
    [
      { ...LINE, split: undefined },
      /"line 1, split" must be a name: got nothing/,
    ],
    [
      { ...LINE, source: "a.png" },
      /"line 1, source" must be an object: got "a/,
    ],
    [{ ...LINE, source: {} }, /"line 1, source\.path" must be a name/],
    [
      { ...LINE, source: { ...LINE.source, keypoints: [[1, "2"], [3, 4]] } },
      /"line 1, source\.keypoints\[0\]" must be \[x, y\]/,
    ],
    [
      { ...LINE, target: { ...LINE.target, keypoints: [[1, 2]] } },
      /"line 1, target\.keypoints" must be 2 points as in the source: got 1/,
    ],
    [
      { ...LINE, target: { ...LINE.target, bbox: [1, 2, 3, 4] } },
      /"line 1, target" must be an object of path, .*: got bbox/,
    ],
    [
      { ...LINE, target: { ...LINE.target, box: [3, 2, 1, 4] } },
      /"line 1, target\.box" must be \[x1, y1, x2, y2\]/,
    ],
    [
      { ...LINE, source: { ...LINE.source, size: [3] } },
      /"line 1, source\.size" must be \[width, height\]/,
    ],
    [
      { ...LINE, source: { ...LINE.source, mirrored: 1 } },
      /"line 1, source\.mirrored" must be true or false: got 1/,
    ],
    [
      { ...LINE, keypointIds: ["a", "a"] },
      /"line 1, keypointIds" must be 2 diff/,
    ],
    [
      { ...LINE, difficulty: { viewpointVariation: 3 } },
      /"line 1, difficulty\.viewpointVariation" must be a whole number of 0 to 2/,
    ],
    [
      { ...LINE, source: { ...LINE.source, path: "no.png" } },
      /no\.png: must be a readable file: .*line 1, source\.path, names it/,
    ],
  ];
  for (const [line, message] of cases) {
    await withLines(typeof line === "string" ? line : [line], async (root) => {
      match(left(await readPairs(root, TRAINING)()).message, message);
    });
  }
  await withLines(
    [{ ...LINE, id: "x" }, { ...LINE, id: "x" }],
    async (root) => {
      match(
        left(await readPairs(root, TRAINING)()).message,
        /"line 2, id" must be unique: got x/,
      );
    },
  );
  const missing = left(await readPairs("no/such", TRAINING)());
  deepStrictEqual([missing._tag, missing.file], [
    "MissingFile",
    join("no/such", "pairs.jsonl"),
  ]);
});

Deno.test("writePairs() writes any data set so that it reads back equal", () =>
  withFolder(async (root) => {
    await writePascal(root, { "trn_pairs.csv": TRAIN, "test_pairs.csv": TEST });
    const sets: PairSet[] = [];
    for (const split of ["trn", "test"]) {
      sets.push(right(await readPairs(root, { format: "pf-pascal", split })()));
    }
    for (const folder of [root, join(root, "elsewhere")]) {
      right(await writePairs(join(folder, "pairs.jsonl"), sets)());
      for (const { split, pairs } of sets) {
        const read = right(
          await readPairs(folder, { format: "jsonl", split })(),
        );
        deepStrictEqual(read.pairs, pairs);
      }
    }
    // Below its folder a picture keeps its place when the folder moves.
    const line = (await readFile(join(root, "pairs.jsonl"), "utf8")).split(
      "\n",
    )[0]!;
    equal(
      JSON.parse(line).source.path,
      "PF-dataset-PASCAL/JPEGImages/2008_000001.jpg",
    );
  }));

Deno.test("writePairs() refuses pictures it has no field for", () => {
  const side = {
    path: "a.png",
    keypoints: [[1, 1]] as const,
    edits: [{ kind: "mirror" }, { kind: "mirror" }] as const,
  };
  const pair = { id: "1", category: "cat", source: side, target: side };
  const set = {
    name: "x",
    split: "y",
    threshold: "img",
    pairs: [pair],
  } as const;
  throws(() => writePairs("x.jsonl", [set]), OptionError);
});

Deno.test("checkData() finds the splits of one's own pairs and a leak between them", () =>
  withLines([LINE, {
    ...LINE,
    split: "val",
    source: LINE.target,
    target: LINE.source,
  }], async (root) => {
    const { splits, leaks, findings } = right(
      await checkData(root, { format: "jsonl" })(),
    );
    deepStrictEqual(splits.map(({ split, pairs }) => [split, pairs]), [
      ["train", 1],
      ["val", 1],
    ]);
    deepStrictEqual(leaks[0]!.leakedPairs, ["2"]);
    // A bare number says nothing to a reader.
    deepStrictEqual(findings[0]!.examples, [
      `pair 2: ${join("b", "c.png")} and a.png`,
    ]);
  }));

Deno.test("checkData() says that a folder of one's own has no pair, and where it looked", async () => {
  const refused = async (root: string) =>
    left(await checkData(root, { format: "jsonl" })());
  await withLines("", async (root) => {
    equal(
      (await refused(root)).message,
      `${root}: "pairs" must be at least one in pairs.jsonl or in a ` +
        "SPLIT.jsonl: got none",
    );
    const file = join(root, "pairs.jsonl");
    equal(
      (await refused(file)).message,
      `${file}: "root" must be a folder: got a file`,
    );
  });
  await withFolder(async (root) => {
    const { _tag, message } = await refused(root);
    equal(_tag, "MissingFile");
    equal(
      message,
      `${join(root, "pairs.jsonl")}: must be a readable file: got none, nor ` +
        "any SPLIT.jsonl",
    );
  });
});
