import { deepStrictEqual, equal, match } from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { checkData } from "../../src/data/check_data.ts";
import { writeAtomic } from "../../src/data/files.ts";
import { decodeFlow, encodeFlow } from "../../src/data/flow_file.ts";
import { readPairs } from "../../src/data/read_pairs.ts";
import { imageLoader } from "../../src/runs/load_image.ts";
import { left, right, withFolder } from "./_helpers.ts";
import { pngFile } from "./_png.ts";

/** Columns of both pictures; the first has 4 rows, the second 6. */
const WIDTH = 8;

/** Black but for the column `bright`. */
function picture(height: number, bright: number): Uint8Array<ArrayBuffer> {
  const row = [
    0,
    ...Array.from({ length: WIDTH }, (_, x) => x === bright ? 255 : 0),
  ];
  const rows = Array.from({ length: height }, () => row).flat();
  return pngFile({ width: WIDTH, height, depth: 8, colorType: 0, rows });
}

/** The same flow everywhere. */
function flow(height: number, u: number, v: number): Uint8Array {
  const data = Float32Array.from(
    { length: WIDTH * height * 2 },
    (_, i) => i % 2 === 0 ? u : v,
  );
  return encodeFlow({ width: WIDTH, height, data });
}

/** A folder of the data set: column 2 of picture 1 is column 3 of picture 2, as it is or mirrored. */
async function writePair(folder: string, flip: 0 | 1): Promise<void> {
  const seen = flip === 1 ? WIDTH - 1 - 3 : 3;
  const files = {
    "image1.png": picture(4, 2),
    "image2.png": picture(6, seen),
    "mask1.png": picture(4, 2),
    "mask2.png": picture(6, seen),
    "flow1.flo": flow(4, 1, 1),
    // Out of picture 2 into picture 1, which is mirrored instead.
    "flow2.flo": flow(6, flip === 1 ? WIDTH - 1 - 2 - seen : -1, -1),
    "flip_gt.txt": `${flip}\n`,
  };
  for (const [name, content] of Object.entries(files)) {
    right(await writeAtomic(join(folder, name), content)());
  }
}

function withTss(f: (root: string) => Promise<void>): Promise<void> {
  return withFolder(async (root) => {
    await writePair(join(root, "FG3DCar/01_a-b"), 0);
    await writePair(join(root, "JODS/02_c-d"), 1);
    await f(root);
  });
}

const TEST = { format: "tss", split: "test", everyPixels: 1 } as const;

Deno.test("readPairs() reads both directions of TSS as points of the mask", () =>
  withTss(async (root) => {
    const set = right(await readPairs(root, TEST)());
    deepStrictEqual(set.pairs.map(({ id, category }) => [id, category]), [
      ["FG3DCar/01_a-b:1to2", "FG3DCar"],
      ["FG3DCar/01_a-b:2to1", "FG3DCar"],
      ["JODS/02_c-d:1to2", "JODS"],
      ["JODS/02_c-d:2to1", "JODS"],
    ]);
    const folder = join(root, "FG3DCar/01_a-b");
    deepStrictEqual(set.pairs[0], {
      id: "FG3DCar/01_a-b:1to2",
      category: "FG3DCar",
      source: {
        path: join(folder, "image1.png"),
        keypoints: [[2, 0], [2, 1], [2, 2], [2, 3]],
        size: [4, 8],
      },
      target: {
        path: join(folder, "image2.png"),
        keypoints: [[3, 1], [3, 2], [3, 3], [3, 4]],
        size: [6, 8],
      },
      flow: {
        file: join(folder, "flow1.flo"),
        mask: join(folder, "mask1.png"),
      },
    });
    // Rows 0 and 5 of picture 2 lead above and below picture 1.
    deepStrictEqual(set.pairs[1]!.source.keypoints, [[3, 1], [3, 2], [3, 3], [
      3,
      4,
    ]]);
    equal(set.threshold, "img");
    match(set.choices!["points"]!, /^every 1 pixels of the mask/);
  }));

Deno.test("readPairs() mirrors the picture that a flow of TSS leads into", () =>
  withTss(async (root) => {
    const { pairs } = right(
      await readPairs(root, { ...TEST, split: "JODS" })(),
    );
    const load = imageLoader({ size: "original", stride: 1 });
    for (const { source, target } of pairs) {
      equal(source.edits, undefined);
      deepStrictEqual(target.edits, [{ kind: "mirror" }]);
      const { image } = right(await load(target)());
      // The bright column is where the flow says, in the mirrored picture.
      equal((image.data.indexOf(255) / 3) % WIDTH, target.keypoints[0]![0]);
    }
  }));

Deno.test("readPairs() takes TSS by group, in its own folder, on a coarser grid", () =>
  withFolder(async (root) => {
    await writePair(join(root, "TSS_CVPR2016/PASCAL/x"), 0);
    const read = (options: object) =>
      readPairs(root, { ...TEST, ...options })();
    equal(right(await read({ split: "PASCAL" })).pairs.length, 2);
    match(
      left(await read({ everyPixels: 4 })).message,
      /grid of every 4 pixels/,
    );
    // Both masks are column 3 then, where a grid of every 2 pixels has points.
    const mask = join(root, "TSS_CVPR2016/PASCAL/x/mask1.png");
    right(await writeAtomic(mask, picture(4, 3))());
    const coarse = right(await read({ everyPixels: 2 }));
    deepStrictEqual(coarse.pairs[0]!.source.keypoints, [[3, 1], [3, 3]]);
    equal(left(await read({ split: "JODS" }))._tag, "MissingFile");
    match(
      left(await read({ split: "trn" })).message,
      /"split trn" must be test, FG3/,
    );
  }));

Deno.test("the flow that a pair of TSS names is the whole of it", () =>
  withTss(async (root) => {
    const { pairs } = right(await readPairs(root, TEST)());
    const bytes = await Deno.readFile(pairs[1]!.flow!.file);
    const { height, data } = right(decodeFlow(bytes, "flow2.flo"));
    deepStrictEqual([height, data[0], data[1]], [6, -1, -1]);
  }));

Deno.test("readPairs() names what is wrong with a folder of TSS", async () => {
  const cases: [string, Uint8Array | string | undefined, RegExp][] = [
    [
      "flow1.flo",
      flow(5, 1, 1),
      /flow1\.flo: "size" must be 8 x 4 as image1\.png: got 8 x 5/,
    ],
    [
      "mask1.png",
      picture(5, 2),
      /mask1\.png: "size" must be 8 x 4 .* got 8 x 5/,
    ],
    ["mask1.png", picture(4, -1), /"flow" must be known somewhere in the mask/],
    ["flip_gt.txt", "2", /flip_gt\.txt: "file" must be 0 or 1: got "2"/],
    ["flow2.flo", undefined, /flow2\.flo: must be a readable file: got none/],
  ];
  for (const [name, content, message] of cases) {
    await withTss(async (root) => {
      const file = join(root, "FG3DCar/01_a-b", name);
      if (content === undefined) await rm(file);
      else right(await writeAtomic(file, content)());
      match(left(await readPairs(root, TEST)()).message, message);
    });
  }
});

Deno.test("checkData() counts TSS both ways, and names missing flows", () =>
  withTss(async (root) => {
    await rm(join(root, "JODS/02_c-d/flow2.flo"));
    const { splits, findings } = right(
      await checkData(root, { format: "tss", everyPixels: 1 })(),
    );
    deepStrictEqual(
      [splits[0]!.pairs, splits[0]!.publicPairs, splits[0]!.images],
      [4, 800, 4],
    );
    const missing = findings.find(({ kind }) =>
      kind === "missing-annotations"
    )!;
    match(missing.examples[0]!, /02_c-d.flow2\.flo$/);
  }));
