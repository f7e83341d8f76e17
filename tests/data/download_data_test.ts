import { deepStrictEqual, equal, match, rejects } from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { zipSync } from "fflate";
import { DATA_SOURCES, type DataSource } from "../../src/data/data_sources.ts";
import { downloadData } from "../../src/data/download_data.ts";
import { writeAtomic } from "../../src/data/files.ts";
import { readPairs } from "../../src/data/read_pairs.ts";
import { serveBytes, sha256, withServer } from "./_file_server.ts";
import { left, right, withFolder } from "./_helpers.ts";
import { matFile } from "./_mat.ts";
import { FOLDER, KPS, picture, TRAIN } from "./_pascal.ts";
import { tarFile } from "./_tar.ts";

const text = (content: string): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(content);

/** PF-PASCAL as its two publishers pack it, tiny. */
const PASCAL: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = {
  "PF-dataset-PASCAL.zip": zip(Object.fromEntries(
    Object.entries(KPS).flatMap(([name, kps]) => [
      [`${FOLDER}/JPEGImages/${name}.jpg`, picture(2)],
      [`${FOLDER}/Annotations/bus/${name}.mat`, matFile({ kps })],
    ]),
  )),
  "pf-pascal_image_pairs.zip": zip({ "trn_pairs.csv": text(TRAIN) }),
};

function zip(
  files: Readonly<Record<string, Uint8Array>>,
): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(zipSync({ ...files }));
}

/** A data set of one file. */
function one(file: DataSource["files"][number]): DataSource {
  return { ...DATA_SOURCES[0]!, files: [file] };
}

function source(name: string): DataSource {
  return DATA_SOURCES.find((each) => each.name === name)!;
}

Deno.test("downloadData() brings PF-PASCAL to where readPairs() reads it", () =>
  withFolder((folder) =>
    withServer(
      (request, path) => serveBytes(request, PASCAL[path.slice(1)]!),
      async (mirror, seen) => {
        const stages = new Set<string>();
        const options = {
          mirror: `${mirror}/`,
          onProgress: ({ stage, name }: { stage: string; name: string }) =>
            stages.add(`${stage} ${name}`),
        };
        const pascal = source("pf-pascal");
        const files = right(await downloadData(pascal, folder, options)());
        deepStrictEqual(
          files,
          Object.entries(PASCAL).map(([name, bytes]) => ({
            name,
            url: `${mirror}/${name}`,
            sha256: sha256(bytes),
            bytes: bytes.length,
            wasThere: false,
          })),
        );
        deepStrictEqual([...stages], [
          "downloading PF-dataset-PASCAL.zip",
          "unpacking PF-dataset-PASCAL.zip",
          "downloading pf-pascal_image_pairs.zip",
          "unpacking pf-pascal_image_pairs.zip",
        ]);
        const { pairs } = right(
          await readPairs(join(folder, pascal.root), {
            format: pascal.format,
            split: "trn",
          })(),
        );
        equal(pairs.length, 3);
        deepStrictEqual((await readdir(folder)).toSorted(), [
          ".downloads",
          FOLDER,
          "trn_pairs.csv",
        ]);
        deepStrictEqual(await readdir(join(folder, ".downloads")), [
          "files.json",
        ]);
        // A second call finds everything there.
        const again = right(await downloadData(pascal, folder, options)());
        deepStrictEqual(again.map(({ wasThere }) => wasThere), [true, true]);
        equal(seen.length, 2);
      },
    )
  ));

const CSV = { name: "a b.csv", kind: "file", url: "http://nowhere" } as const;

Deno.test("downloadData() holds a later download against the first one", () =>
  withFolder(async (folder) => {
    let content = text("first");
    await withServer(
      (request) => serveBytes(request, content),
      async (mirror) => {
        const get = (options = {}) =>
          downloadData(one(CSV), folder, { mirror, ...options })();
        right(await get());
        content = text("other");
        const error = left(await get({ again: true }));
        equal(
          error.message,
          `${mirror}/a%20b.csv: "sha256" must be ${sha256(text("first"))} as ` +
            `it was before: got ${sha256(content)}`,
        );
        equal(await readFile(join(folder, "a b.csv"), "utf8"), "first");
        right(await get({ again: true, acceptChanged: true }));
        equal(await readFile(join(folder, "a b.csv"), "utf8"), "other");
        right(await get({ again: true }));
      },
    );
  }));

Deno.test("downloadData() refuses what has another checksum than its publisher states", () =>
  withFolder((folder) =>
    withServer(
      (request) => serveBytes(request, text("bad")),
      async (mirror) => {
        const file = { ...CSV, sha256: sha256(text("good")) };
        const error = left(await downloadData(one(file), folder, { mirror })());
        match(error.message, /SHA-256 .* instead of/);
        deepStrictEqual(await readdir(folder), []);
      },
    )
  ));

Deno.test("downloadData() goes on with what a stopped call had brought", () =>
  withFolder((folder) => {
    const bytes = zip({ "big.bin": new Uint8Array(200_000).fill(1) });
    const padded = new Uint8Array(300_000);
    padded.set(bytes); // more than one piece on the way
    const archive = { ...CSV, name: "a.bin", kind: "file" } as const;
    return withServer(
      (request) => serveBytes(request, padded),
      async (mirror, seen) => {
        const stop = new AbortController();
        const stopped = left(
          await downloadData(one(archive), folder, {
            mirror,
            signal: stop.signal,
            onProgress: ({ done }) => {
              if (done > 0) stop.abort();
            },
          })(),
        );
        match(stopped.message, /stopped: call again to go on/);
        right(await downloadData(one(archive), folder, { mirror })());
        deepStrictEqual(
          new Uint8Array(await readFile(join(folder, "a.bin"))),
          padded,
        );
        match(seen.at(-1)!.range!, /^bytes=\d+-$/);
      },
    );
  }));

Deno.test("downloadData() does not fetch again what it could not unpack to the end", () =>
  withFolder((folder) => {
    const bytes = tarFile([{ name: "a.txt", content: "hello" }]);
    const file = { ...CSV, name: "a.tar", kind: "archive" } as const;
    return withServer(
      (request) => serveBytes(request, bytes),
      async (mirror, seen) => {
        const stop = new AbortController();
        await rejects(
          downloadData(one(file), folder, {
            mirror,
            signal: stop.signal,
            onProgress: ({ stage }) => {
              if (stage === "unpacking") stop.abort(new Error("enough"));
            },
          })(),
          /enough/,
        );
        right(await downloadData(one(file), folder, { mirror })());
        equal(await readFile(join(folder, "a.txt"), "utf8"), "hello");
        equal(seen.length, 1);
      },
    );
  }));

Deno.test("downloadData() refuses an archive that leads out of the folder, and a page of errors", () =>
  withFolder(async (folder) => {
    const file = { ...CSV, name: "a.tar", kind: "archive" } as const;
    const get = async (bytes: Uint8Array<ArrayBuffer>) => {
      let message = "";
      await withServer(
        (request) => serveBytes(request, bytes),
        async (mirror) => {
          const into = join(folder, "out");
          message = left(
            await downloadData(one(file), into, {
              mirror,
              again: true,
              acceptChanged: true,
            })(),
          ).message;
        },
      );
      return message;
    };
    const outside = tarFile([{ name: "../x", content: "bad" }]);
    match(await get(outside), /an entry below the folder: got "\.\.\/x"/);
    match(await get(text("<html>moved")), /"first bytes" must be those of/);
    deepStrictEqual(await readdir(folder), ["out"]);
  }));

Deno.test("downloadData() names a record that is not one", () =>
  withFolder(async (folder) => {
    const list = join(folder, ".downloads/files.json");
    for (const content of ["{", "3", '{"a": {"url": "x"}}']) {
      right(await writeAtomic(list, content)());
      const error = left(await downloadData(one(CSV), folder)());
      match(error.message, /files\.json: "file" must be/);
    }
  }));

Deno.test("DATA_SOURCES name each data set once, by addresses that are whole", () => {
  const names = DATA_SOURCES.map(({ name }) => name);
  equal(new Set(names).size, names.length);
  for (const { files, homepage, terms } of DATA_SOURCES) {
    for (const url of [homepage, ...files.map(({ url }) => url)]) {
      match(url, /^https?:$/.test(new URL(url).protocol) ? /./ : /never/);
    }
    match(terms, /terms apply|licen[cs]e/i);
  }
});
