import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { ImagePair } from "../../src/data/image_pair.ts";
import { leakCheck } from "../../src/data/leak_check.ts";

function pair(source: string, target: string, mirrored = false): ImagePair {
  const image = (path: string) => ({
    path,
    keypoints: [[1, 1]] as const,
    ...(mirrored && { edits: [{ kind: "mirror" }] as const }),
  });
  return {
    id: `${source}${target}`,
    category: "cat",
    source: image(source),
    target: image(target),
  };
}

Deno.test("leakCheck() finds pairs whichever way round, mirrored or not", () => {
  const seen = [pair("a", "b"), pair("c", "d", true)];
  const judged = [
    pair("b", "a"),
    pair("c", "d"),
    pair("a", "d"),
    pair("a", "b"),
  ];
  deepStrictEqual(leakCheck(seen, judged), {
    leakedPairs: ["ba", "cd", "ab"],
    pairs: 4,
    sharedImages: ["b", "a", "c", "d"],
    images: 4,
  });
});

Deno.test("leakCheck() tells a pair of shared pictures from a shared pair", () => {
  const report = leakCheck([pair("a", "b"), pair("c", "d")], [pair("a", "c")]);
  deepStrictEqual([report.leakedPairs, report.sharedImages], [[], ["a", "c"]]);
});

Deno.test("leakCheck() of nothing is nothing", () => {
  const none = { leakedPairs: [], pairs: 0, sharedImages: [], images: 0 };
  deepStrictEqual(leakCheck([pair("a", "b")], []), none);
  deepStrictEqual(leakCheck([], [pair("a", "b")]), {
    ...none,
    pairs: 1,
    images: 2,
  });
});

Deno.test("leakCheck() keeps names with separators apart, and takes other keys", () => {
  deepStrictEqual(
    leakCheck([pair("a,b", "c")], [pair("a", "b,c")]).leakedPairs,
    [],
  );
  const key = ({ path }: { readonly path: string }) => path.split("/").at(-1)!;
  deepStrictEqual(
    leakCheck([pair("x/a", "x/b")], [pair("y/b", "y/a")], { key }).leakedPairs,
    ["y/by/a"],
  );
});

Deno.test("leakCheck() agrees with a search through all pairs", () => {
  const name = fc.constantFrom("a", "b", "c", "d");
  const pairs = fc.array(fc.tuple(name, name).map(([a, b]) => pair(a, b)), {
    maxLength: 6,
  });
  fc.assert(fc.property(pairs, pairs, (seen, judged) => {
    const slow = judged.filter((q) =>
      seen.some((p) =>
        (p.source.path === q.source.path && p.target.path === q.target.path) ||
        (p.source.path === q.target.path && p.target.path === q.source.path)
      )
    );
    deepStrictEqual(
      leakCheck(seen, judged).leakedPairs,
      slow.map(({ id }) => id),
    );
  }));
});
