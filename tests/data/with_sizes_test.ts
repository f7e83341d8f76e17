import { deepStrictEqual, match } from "node:assert/strict";
import { join } from "node:path";
import { writeAtomic } from "../../src/data/files.ts";
import type { PairSet } from "../../src/data/image_pair.ts";
import { withSizes } from "../../src/data/with_sizes.ts";
import { left, right, withFolder } from "./_helpers.ts";
import { picture } from "./_pascal.ts";

Deno.test("withSizes() reads the sizes that annotations lack, and names a missing picture", () =>
  withFolder(async (folder) => {
    const path = join(folder, "a.png");
    right(await writeAtomic(path, picture(1))());
    const bare = { path, keypoints: [[1, 1]] as const };
    const known = { ...bare, path: "known.png", size: [5, 6] as const };
    const set = (other: string): PairSet => ({
      name: "own",
      split: "trn",
      threshold: "img",
      pairs: [
        { id: "1", category: "cat", source: bare, target: known },
        {
          id: "2",
          category: "cat",
          source: { ...bare, path: other },
          target: bare,
        },
      ],
    });
    const sized = right(await withSizes(set(path))());
    deepStrictEqual(
      sized.pairs.map(({ source, target }) => [source.size, target.size]),
      [[[30, 40], [5, 6]], [[30, 40], [30, 40]]],
    );
    const error = left(await withSizes(set(join(folder, "no.png")))());
    match(error.message, /no\.png: must be a readable file/);
  }));
