import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { evaluationBlocks } from "../../src/runs/_evaluation_blocks.ts";
import { pairOf } from "./_fakes.ts";

const MANY = 2 ** 16;

function pair(source: string, target: string, category = "cat", points = 1) {
  const image = (path: string) => ({
    path,
    keypoints: Array.from({ length: points }, () => [1, 1] as const),
  });
  return pairOf(image(source), image(target), { category });
}

/** Every ordered pair of `count` pictures. */
function table(count: number) {
  const names = Array.from({ length: count }, (_, i) => `p${i}`);
  return names.flatMap((a) =>
    names.filter((b) => b !== a).map((b) => pair(a, b))
  );
}

Deno.test("evaluationBlocks() takes whole categories while they fit", () => {
  const pairs = [
    pair("a", "b", "cat"),
    pair("x", "y", "dog"),
    pair("b", "c", "cat"),
    pair("y", "x", "dog"),
    pair("u", "v", "cow"),
  ];
  const blocks = (pictures: number) =>
    evaluationBlocks(pairs, { pictures, queries: MANY });
  // 3 cats, 2 dogs, 2 cows.
  deepStrictEqual(blocks(7).map(({ places }) => places), [[0, 2, 1, 3, 4]]);
  deepStrictEqual(blocks(5).map(({ places }) => places), [[0, 2, 1, 3], [4]]);
  deepStrictEqual([...blocks(5)[0]!.pictures.keys()].sort(), [
    "a",
    "b",
    "c",
    "x",
    "y",
  ]);
});

Deno.test("evaluationBlocks() keeps to its limits and loses no pair", () => {
  const pairs = table(9);
  for (const pictures of [2, 3, 4, 5, 8, 9, 20]) {
    const blocks = evaluationBlocks(pairs, { pictures, queries: 7 });
    const places = blocks.flatMap((block) => block.places);
    deepStrictEqual(
      places.toSorted((a, b) => a - b),
      pairs.map((_, i) => i),
    );
    for (const block of blocks) {
      ok(block.pictures.size <= pictures);
      ok(block.places.length <= 7);
    }
  }
});

Deno.test("evaluationBlocks() never cuts below one pair", () => {
  const pairs = [pair("a", "b", "cat", 10), pair("b", "a", "cat", 10)];
  const blocks = evaluationBlocks(pairs, { pictures: 4, queries: 3 });
  deepStrictEqual(blocks.map(({ places }) => places), [[0], [1]]);
});

Deno.test("evaluationBlocks() visits a large category tile by tile", () => {
  const blocks = evaluationBlocks(table(64), { pictures: 16, queries: MANY });
  const passes = blocks.map(({ pictures }, i) =>
    [...pictures.keys()].filter((key) => !blocks[i - 1]?.pictures.has(key))
      .length
  ).reduce((sum, n) => sum + n, 0);
  // 8 x 8 tiles of 8 sources and 8 targets: at most 8 new pictures each beside
  // the first; row by row without tiles it would be 64 x 63 / 15 blocks of 16.
  ok(passes <= 16 + 63 * 8, `${passes} pictures are read`);
});

Deno.test("evaluationBlocks() tells an edited picture from the file's own", () => {
  const plain = pair("a", "b");
  const mirrored = {
    ...plain,
    source: { ...plain.source, edits: [{ kind: "mirror" } as const] },
  };
  const [block] = evaluationBlocks([plain, mirrored], {
    pictures: 8,
    queries: MANY,
  });
  strictEqual(block?.pictures.size, 3);
});
