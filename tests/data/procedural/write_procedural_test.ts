import {
  deepStrictEqual,
  equal,
  ok,
  rejects,
  throws,
} from "node:assert/strict";
import { createHash } from "node:crypto";
import { renameSync } from "node:fs";
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OptionError } from "../../../src/core/errors.ts";
import { writeProcedural } from "../../../src/data/procedural/write_procedural.ts";
import { readImage } from "../../../src/data/read_image.ts";
import { readPairs } from "../../../src/data/read_pairs.ts";

const few = { trn: 3, val: 2, test: 3 };
const small = {
  seed: 5,
  categories: ["car", "dog"],
  imagesPerCategory: few,
  pairsPerCategory: { trn: 4, val: 2, test: 4 },
  drawing: { size: 64 },
} as const;

const tiny = { ...small, categories: ["car"] };

async function inFolder(f: (root: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "procedural-"));
  try {
    await f(join(folder, "set"));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function digests(
  root: string,
): Promise<Readonly<Record<string, string>>> {
  const names = await readdir(root, { recursive: true });
  const entries = await Promise.all(
    names.toSorted().map(async (name) => {
      const file = join(root, name);
      if ((await stat(file)).isDirectory()) return [];
      const hash = createHash("sha256").update(await readFile(file));
      return [[name, hash.digest("hex")] as const];
    }),
  );
  return Object.fromEntries(entries.flat());
}

Deno.test("writeProcedural() writes what readPairs() reads", () =>
  inFolder(async (root) => {
    const written = await writeProcedural(root, small)();
    ok(written._tag === "Right");
    deepStrictEqual(written.right.images, { trn: 6, val: 4, test: 6 });
    deepStrictEqual(written.right.pairs, { trn: 8, val: 4, test: 8 });
    for (const split of ["trn", "val", "test"] as const) {
      const read = await readPairs(root, { format: "spair", split })();
      ok(read._tag === "Right");
      equal(read.right.pairs.length, written.right.pairs[split]);
      for (const { source, target } of read.right.pairs) {
        ok(source.keypoints.length >= 4);
        equal(source.keypoints.length, target.keypoints.length);
        ok(source.path !== target.path);
        const image = await readImage(source.path)();
        ok(image._tag === "Right");
        deepStrictEqual(source.size, [image.right.height, image.right.width]);
      }
    }
  }));

Deno.test("writeProcedural() gives the same bytes for a seed and others for another", () =>
  inFolder(async (root) => {
    await writeProcedural(`${root}/a`, small)();
    await writeProcedural(`${root}/b`, small)();
    await writeProcedural(`${root}/c`, { ...small, seed: 6 })();
    const [a, b, c] = await Promise.all(
      ["a", "b", "c"].map((name) => digests(`${root}/${name}`)),
    );
    deepStrictEqual(a, b);
    ok(Object.keys(a!).length > 20);
    const images = (d: typeof a) =>
      Object.entries(d!).filter(([n]) => n.endsWith(".png")).map(([, h]) => h);
    deepStrictEqual(images(a).filter((h) => images(c).includes(h)), []);
  }));

Deno.test("writeProcedural() puts no picture in two splits", () =>
  inFolder(async (root) => {
    await writeProcedural(root, small)();
    const images = Object.entries(await digests(join(root, "JPEGImages")));
    // Sixteen pictures: 2 categories of 3 + 2 + 3, all different.
    equal(images.length, 16);
    equal(new Set(images.map(([, hash]) => hash)).size, 16);
    for (const split of ["trn", "val", "test"]) {
      const read = await readPairs(root, { format: "spair", split })();
      ok(read._tag === "Right");
      for (const { source, target } of read.right.pairs) {
        ok(source.path.includes(`${split}_`));
        ok(target.path.includes(`${split}_`));
      }
    }
  }));

Deno.test("writeProcedural() keeps the same set, replaces another, refuses other folders", () =>
  inFolder(async (root) => {
    const first = await writeProcedural(root, tiny)();
    const again = await writeProcedural(root, tiny)();
    ok(first._tag === "Right" && !first.right.reused);
    deepStrictEqual(again, {
      ...first,
      right: { ...first.right, reused: true },
    });
    const other = await writeProcedural(root, { ...tiny, seed: 9 })();
    ok(other._tag === "Right" && !other.right.reused);

    const mine = `${root}-mine`;
    await mkdir(mine);
    await writeFile(join(mine, "thesis.txt"), "mine");
    const refused = await writeProcedural(mine, tiny)();
    ok(refused._tag === "Left" && refused.left.message.includes("thesis.txt"));
    deepStrictEqual(await readdir(mine), ["thesis.txt"]);
  }));

Deno.test("writeProcedural() leaves nothing when stopped, and starts over", () =>
  inFolder(async (root) => {
    const stop = new AbortController();
    const progress: number[] = [];
    await rejects(
      writeProcedural(root, {
        ...small,
        signal: stop.signal,
        onProgress: ({ done, total }) => {
          equal(total, 16);
          progress.push(done);
          if (done === 3) stop.abort(new Error("stopped"));
        },
      }),
      /stopped/,
    );
    deepStrictEqual(progress, [1, 2, 3]);
    deepStrictEqual(await readdir(join(root, "..")), []);
    equal((await writeProcedural(root, small)())._tag, "Right");
  }));

Deno.test("writeProcedural() leaves nothing when stopped while it writes", () =>
  inFolder(async (root) => {
    const stop = new AbortController();
    await rejects(
      writeProcedural(root, {
        ...small,
        signal: stop.signal,
        onProgress: ({ done, total }) => {
          if (done === total) stop.abort(new Error("stopped"));
        },
      }),
      /stopped/,
    );
    deepStrictEqual(await readdir(join(root, "..")), []);
  }));

Deno.test("writeProcedural() removes what killed runs left an hour ago", () =>
  inFolder(async (root) => {
    const [stale, young] = ["0123abcd", "0123abce"].map((random) =>
      `${root}.partial-${random}`
    ) as [string, string];
    const mine = `${root}.partial-mine`;
    for (const folder of [stale, young, mine]) {
      await mkdir(join(folder, "JPEGImages"), { recursive: true });
    }
    const hours = Date.now() / 1000 - 3700;
    for (const folder of [stale, mine]) await utimes(folder, hours, hours);
    equal((await writeProcedural(root, tiny)())._tag, "Right");
    deepStrictEqual((await readdir(join(root, ".."))).toSorted(), [
      "set",
      "set.partial-0123abce",
      "set.partial-mine",
    ]);
  }));

Deno.test("writeProcedural() at once from two runs gives both the whole set", () =>
  inFolder(async (root) => {
    // The folder holds another set, which both want to replace.
    await writeProcedural(root, { ...tiny, seed: 9 })();
    const both = await Promise.all(
      [1, 2].map(() => writeProcedural(root, tiny)()),
    );
    deepStrictEqual(
      both.map((one) => one._tag === "Right" && one.right.images.trn),
      [3, 3],
    );
    deepStrictEqual(await readdir(join(root, "..")), ["set"]);
    await writeProcedural(`${root}/../alone`, tiny)();
    deepStrictEqual(await digests(root), await digests(`${root}/../alone`));
  }));

Deno.test("writeProcedural() keeps the same set that another run finished first", () =>
  inFolder(async (root) => {
    const ready = `${root}-ready`;
    await writeProcedural(ready, tiny)();
    await writeFile(join(ready, "kept"), "");
    const written = await writeProcedural(root, {
      ...tiny,
      onProgress: ({ done }) => {
        if (done === 1) renameSync(ready, root);
      },
    })();
    ok(written._tag === "Right" && written.right.reused);
    ok((await readdir(root)).includes("kept"));
    deepStrictEqual(await readdir(join(root, "..")), ["set"]);
  }));

Deno.test("writeProcedural() refuses options out of range", () => {
  throws(() => writeProcedural("x", { seed: 0.5 }), OptionError);
  throws(
    () => writeProcedural("x", { seed: 1, categories: ["tree"] }),
    /"categories" must be/,
  );
  throws(
    () =>
      writeProcedural("x", { seed: 1, pairsPerCategory: { ...few, val: -1 } }),
    /"pairsPerCategory.val" must be/,
  );
  throws(
    () => writeProcedural("x", { seed: 1, drawing: { shear: 3 } }),
    OptionError,
  );
});
