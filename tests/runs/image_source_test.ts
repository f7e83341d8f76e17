import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { OptionError } from "../../src/core/errors.ts";
import type { Picture } from "../../src/data/picture_edit.ts";
import { decodingWorker } from "../../src/runs/decoding_worker.ts";
import { imageSource } from "../../src/runs/image_source.ts";
import { imageLoader } from "../../src/runs/load_image.ts";
import { drawSmallSet } from "./_drawn.ts";
import { inFolder, left, right } from "./_helpers.ts";

const folder = await Deno.makeTempDir();
await drawSmallSet(folder);
const at = (name: string): Picture => ({
  path: `${folder}/JPEGImages/${name}`,
});
const PICTURES = [
  at("car/trn_0001.png"),
  at("fish/trn_0002.png"),
  { ...at("car/trn_0001.png"), edits: [{ kind: "mirror" }] },
] satisfies readonly Picture[];
const OPTIONS = { size: 32, stride: 16 } as const;

Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

/** Runs `f` with a source that decodes ahead. */
async function withWorker(
  f: (source: ReturnType<typeof imageSource>) => Promise<void>,
): Promise<void> {
  const worker = decodingWorker();
  await f(imageSource({ ...OPTIONS, worker })).finally(worker.close);
}

// First: Deno may start no Worker behind one that was ended while it started.
Deno.test("imageSource() has decoded what was asked of it ahead", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/a.png`;
    await Deno.copyFile(PICTURES[0]!.path, path);
    await withWorker(async (source) => {
      const first = right(await source.load({ path })());
      const deadline = Date.now() + 60_000;
      let found: Awaited<ReturnType<ReturnType<typeof source.load>>>;
      do {
        // Nothing is sent to a Worker before it has started, which takes longer
        // where Deno has to check its module first.
        await Deno.copyFile(PICTURES[0]!.path, path);
        source.prefetch([{ path }]);
        await new Promise((resolve) => setTimeout(resolve, 500));
        await Deno.remove(path);
        found = await source.load({ path })();
      } while (found._tag === "Left" && Date.now() < deadline);
      deepStrictEqual(right(found), first);
      // It was not kept: the cache holds nothing.
      strictEqual(left(await source.load({ path })())._tag, "MissingFile");
    });
  });
});

Deno.test("imageSource() gives the same pictures with a Worker and without", async () => {
  const load = imageLoader(OPTIONS);
  const worker = decodingWorker();
  for (const used of [{ worker }, {}]) {
    const source = imageSource({ ...OPTIONS, ...used, cacheBytes: 1e6 });
    source.prefetch(PICTURES);
    for (const picture of [...PICTURES, ...PICTURES]) {
      const wanted = right(await load(picture)());
      deepStrictEqual(right(await source.load(picture)()), wanted);
    }
  }
  worker.close();
});

Deno.test("imageSource() keeps as many as its cache holds", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/a.png`;
    await Deno.copyFile(PICTURES[0]!.path, path);
    // One picture is 32 x 32 x 3 bytes.
    const source = imageSource({ ...OPTIONS, cacheBytes: 4000 });
    const first = right(await source.load({ path })());
    await Deno.remove(path);
    strictEqual(right(await source.load({ path })()), first);
    right(await source.load(PICTURES[1]!)());
    strictEqual(left(await source.load({ path })())._tag, "MissingFile");
  });
});

Deno.test("imageSource() says what is wrong with a file, ahead or not", async () => {
  await withWorker(async (source) => {
    const missing = { path: `${folder}/none.png` };
    source.prefetch([missing]);
    const error = left(await source.load(missing)());
    deepStrictEqual([error._tag, error.file], ["MissingFile", missing.path]);
  });
});

Deno.test("imageSource() goes on without a Worker once it is closed", async () => {
  const worker = decodingWorker();
  const source = imageSource({ ...OPTIONS, worker });
  source.prefetch(PICTURES);
  worker.close();
  worker.close();
  for (const picture of PICTURES) right(await source.load(picture)());
  source.prefetch(PICTURES);
});

Deno.test("decodingWorker() decodes nothing once closed", async () => {
  const worker = decodingWorker();
  worker.close();
  strictEqual(worker.isReady(), false);
  strictEqual(await worker.decode(PICTURES[0]!, OPTIONS), undefined);
});

Deno.test("imageSource() refuses sizes that hold no cell", () => {
  throws(() => imageSource({ size: 15, stride: 16 }), OptionError);
});

Deno.test("imageSource() waits for no Worker that has not started", async () => {
  const asked: Picture[] = [];
  const worker = {
    isReady: () => false,
    decode: (picture: Picture) => {
      asked.push(picture);
      return new Promise<undefined>(() => {});
    },
    close: () => {},
  };
  const source = imageSource({ ...OPTIONS, worker });
  source.prefetch(PICTURES);
  deepStrictEqual(asked, PICTURES);
  for (const picture of PICTURES) {
    const wanted = right(await imageLoader(OPTIONS)(picture)());
    deepStrictEqual(right(await source.load(picture)()), wanted);
  }
});

Deno.test("imageSource() asks for no more than it may hold", async () => {
  const picture = right(await imageLoader(OPTIONS)(PICTURES[0]!)());
  const sizes = [256, 2 ** 26];
  const counts = [];
  for (const bytes of sizes) {
    let asked = 0;
    const data = new Uint8Array(bytes);
    const worker = {
      isReady: () => true,
      decode: () => {
        asked++;
        const image = { ...picture.image, data };
        return Promise.resolve({ ...picture, image });
      },
      close: () => {},
    };
    const source = imageSource({ ...OPTIONS, worker });
    source.prefetch([at("0")]);
    right(await source.load(at("0"))());
    source.prefetch(Array.from({ length: 99 }, (_, i) => at(`${i}`)));
    counts.push(asked - 1);
  }
  // 64 pictures, and 256 MiB of pictures as large as the first.
  deepStrictEqual(counts, [64, 4]);
});

Deno.test("imageSource() asks for fewer where it cannot know how large they are", () => {
  const counts = ([32, { maxSide: 32 }, "original"] as const).map((size) => {
    let asked = 0;
    const worker = {
      isReady: () => false,
      decode: () => {
        asked++;
        return new Promise<undefined>(() => {});
      },
      close: () => {},
    };
    const source = imageSource({ size, stride: 16, worker });
    source.prefetch(Array.from({ length: 99 }, (_, i) => at(`${i}`)));
    return asked;
  });
  // 256 MiB of pictures of 16 MiB.
  deepStrictEqual(counts, [64, 64, 16]);
});
