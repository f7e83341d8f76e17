import { deepStrictEqual, equal, match, ok, rejects } from "node:assert/strict";
import { readdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { constants, crc32, deflateRawSync } from "node:zlib";
import { gzipSync, type Zippable, zipSync } from "fflate";
import { writeAtomic } from "../../src/data/files.ts";
import {
  unpackArchive,
  type UnpackOptions,
} from "../../src/data/unpack_archive.ts";
import { left, right, withFolder } from "./_helpers.ts";
import { concat } from "./_png.ts";
import { tarEntry, tarFile } from "./_tar.ts";

const text = (content: string) => new TextEncoder().encode(content);

/** Every file below a folder with its text. */
async function contents(
  folder: string,
): Promise<Readonly<Record<string, string>>> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
    .catch(() => []);
  const files = found.filter((entry) => entry.isFile()).map((entry) =>
    join(entry.parentPath, entry.name)
  ).sort();
  const read = files.map(async (file) => [
    file.slice(folder.length + 1),
    await readFile(file, "utf8"),
  ]);
  return Object.fromEntries(await Promise.all(read));
}

/** What an archive is refused with; nothing may be left of it. */
async function refusal(
  bytes: Uint8Array,
  options: UnpackOptions = {},
): Promise<string> {
  let message = "";
  await withFolder(async (root) => {
    const archive = join(root, "archive");
    right(await writeAtomic(archive, bytes)());
    message = left(await unpackArchive(archive, join(root, "out"), options)())
      .message.replaceAll(root, "ROOT");
    const said = Object.keys(await contents(root));
    deepStrictEqual(said, ["archive"], "nothing is left");
    deepStrictEqual(await readdir(join(root, "out")).catch(() => []), []);
  });
  return message;
}

const FILES = {
  "SPair/PairAnnotation/000001-a-b:cat.json": "{}",
  "SPair/a.txt": "hello",
  "empty": "",
};

const ARCHIVES: Readonly<Record<string, Uint8Array>> = {
  tar: tarFile([
    { name: "SPair/", type: "5" },
    ...Object.entries(FILES).map(([name, content]) => ({ name, content })),
  ]),
  zip: zipSync({
    "SPair/": new Uint8Array(),
    ...Object.fromEntries(
      Object.entries(FILES).map(([name, content]) => [name, text(content)]),
    ),
  }),
};

for (
  const [kind, bytes] of [
    ...Object.entries(ARCHIVES),
    ["tar.gz", gzipSync(ARCHIVES["tar"]!)] as const,
  ]
) {
  Deno.test(`unpackArchive() unpacks a ${kind}, names with colons included`, () =>
    withFolder(async (root) => {
      const archive = join(root, "archive");
      right(await writeAtomic(archive, bytes)());
      const progress: number[] = [];
      const out = right(
        await unpackArchive(archive, join(root, "out"), {
          onProgress: ({ done, total }) => {
            equal(total, bytes.length);
            progress.push(done);
          },
        })(),
      );
      deepStrictEqual(out, { files: 4, bytes: 7 });
      deepStrictEqual(await contents(join(root, "out")), FILES);
      ok(progress.length > 0 && progress.every((done) => done <= bytes.length));
    }));
}

Deno.test("unpackArchive() replaces files, joins folders, leaves others alone", () =>
  withFolder(async (root) => {
    const archive = join(root, "archive");
    right(await writeAtomic(archive, ARCHIVES["zip"]!)());
    const out = join(root, "out");
    right(await writeAtomic(join(out, "SPair/a.txt"), "old")());
    right(await writeAtomic(join(out, "SPair/own.txt"), "mine")());
    right(await unpackArchive(archive, out)());
    deepStrictEqual(await contents(out), { ...FILES, "SPair/own.txt": "mine" });
  }));

Deno.test("unpackArchive() goes through no link that lies in its way", () =>
  withFolder(async (root) => {
    const archive = join(root, "archive");
    right(await writeAtomic(archive, ARCHIVES["tar"]!)());
    right(await writeAtomic(join(root, "elsewhere/own.txt"), "mine")());
    right(await writeAtomic(join(root, "out/own.txt"), "mine")());
    await symlink(join(root, "elsewhere"), join(root, "out/SPair"));
    const error = left(await unpackArchive(archive, join(root, "out"))());
    match(
      error.message,
      /SPair" must be free for a folder: got something else/,
    );
    deepStrictEqual(await contents(join(root, "elsewhere")), {
      "own.txt": "mine",
    });
  }));

for (
  const name of [
    "../x",
    "a/../../x",
    "a/b/..",
    "/etc/x",
    "..\\x",
    "a\\..\\..\\x",
    "\\\\host\\x",
    "C:\\x",
    "c:/x",
  ]
) {
  Deno.test(`unpackArchive() refuses an entry called ${name}`, async () => {
    const wanted = 'ROOT/archive: "entry" must be the name of an entry below ' +
      `the folder: got ${JSON.stringify(name)}`;
    const good = { name: "good.txt", content: "good" };
    const tar = tarFile([good, { name, content: "bad" }]);
    equal(await refusal(tar), wanted);
    equal(await refusal(gzipSync(tar)), wanted);
    equal(
      await refusal(zipSync({ "good.txt": text("good"), [name]: text("bad") })),
      wanted,
    );
  });
}

Deno.test("unpackArchive() refuses links, devices and pipes", async () => {
  const kinds = {
    "1": "link",
    "2": "symlink",
    "3": "character-device",
    "4": "block-device",
    "6": "fifo",
  };
  for (const [type, kind] of Object.entries(kinds)) {
    const tar = tarFile([{ name: "x", type, link: "/etc/passwd" }]);
    equal(
      await refusal(tar),
      `ROOT/archive: "x" must be a file or a folder: got a ${kind}`,
    );
  }
  const link: Zippable = {
    x: [text("/etc/passwd"), { os: 3, attrs: 0o120777 << 16 }],
  };
  match(
    await refusal(zipSync(link)),
    /must be a file or a folder: got a symlink/,
  );
});

/** Zeros in deflate, `count` MiB of them in about `count` KiB. */
function zeros(count: number): Uint8Array {
  const finishFlush = constants.Z_FULL_FLUSH;
  const block = deflateRawSync(new Uint8Array(2 ** 20), { finishFlush });
  return concat(Array.from({ length: count }, () => block));
}

/** CPU seconds and bytes of memory that `f` took; other work on the machine does not count. */
async function costs(
  f: () => Promise<void>,
): Promise<{ readonly seconds: number; readonly bytes: number }> {
  const before = process.memoryUsage().rss;
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 5);
  const start = process.cpuUsage();
  await f();
  const { user, system } = process.cpuUsage(start);
  clearInterval(watch);
  most = Math.max(most, process.memoryUsage().rss);
  return { seconds: (user + system) / 1e6, bytes: most - before };
}

/** A local entry and its line in the directory, with the sizes that are claimed. */
function zipFile(
  packed: Uint8Array,
  claimed: { readonly size: number; readonly crc?: number },
): Uint8Array {
  const name = text("x.bin");
  const { size, crc = 0 } = claimed;
  const fields = new Uint8Array(26);
  const view = new DataView(fields.buffer);
  view.setUint16(0, 20, true);
  view.setUint16(4, 8, true);
  view.setUint32(10, crc, true);
  view.setUint32(14, packed.length, true);
  view.setUint32(18, size, true);
  view.setUint16(22, name.length, true);
  const local = concat([text("PK\x03\x04"), fields, name, packed]);
  const directory = concat([
    text("PK\x01\x02"),
    Uint8Array.of(20, 0),
    fields,
    new Uint8Array(14),
    name,
  ]);
  const end = new Uint8Array(18);
  const endView = new DataView(end.buffer);
  endView.setUint16(4, 1, true);
  endView.setUint16(6, 1, true);
  endView.setUint32(8, directory.length, true);
  endView.setUint32(12, local.length, true);
  return concat([local, directory, text("PK\x05\x06"), end]);
}

const BOMBS = {
  "a gzip that unpacks to 8 GiB": () => {
    const size = 8 * 2 ** 30 - 512;
    const head = deflateRawSync(tarEntry({ name: "x", size }), {
      finishFlush: constants.Z_FULL_FLUSH,
    });
    const gzip = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);
    return concat([gzip, head, zeros(8 * 1024)]);
  },
  "a zip that says it unpacks to 3 GiB": () =>
    zipFile(zeros(3 * 1024), { size: 3 * 2 ** 30 }),
  "a zip that hides what it unpacks to": () =>
    zipFile(concat([zeros(2 * 1024), Uint8Array.of(3, 0)]), { size: 1000 }),
};

for (const [kind, make] of Object.entries(BOMBS)) {
  Deno.test(`unpackArchive() refuses ${kind}, within a second and 200 MB`, async () => {
    const bomb = make();
    let message = "";
    const { seconds, bytes } = await costs(async () => {
      message = await refusal(bomb);
    });
    match(message, /more: a bomb/);
    ok(seconds < 1, `${seconds} s of CPU`);
    ok(bytes < 200e6, `${bytes} bytes`);
  });
}

Deno.test("the zip of these tests is one that unpacks where it tells the truth", () =>
  withFolder(async (root) => {
    const content = text("hello hello hello");
    const crc = crc32(content);
    const zip = zipFile(deflateRawSync(content), { size: 17, crc });
    const archive = join(root, "archive");
    right(await writeAtomic(archive, zip)());
    right(await unpackArchive(archive, join(root, "out"))());
    deepStrictEqual(await contents(join(root, "out")), {
      "x.bin": "hello hello hello",
    });
    match(
      await refusal(zipFile(deflateRawSync(content), { size: 17, crc: 1 })),
      /"x.bin" must be as long as .* with its checksum: got 17 bytes/,
    );
  }));

Deno.test("unpackArchive() holds to the limits it is given", async () => {
  const { zip, tar } = ARCHIVES as { zip: Uint8Array; tar: Uint8Array };
  match(
    await refusal(tar, { maxFiles: 3 }),
    /"entries" must be at most 3: got more/,
  );
  match(await refusal(zip, { maxBytes: 6 }), /at most 6 bytes/);
  const dense = gzipSync(
    tarFile([{ name: "x", content: new Uint8Array(2e7) }]),
  );
  match(await refusal(dense, { maxRatio: 2 }), /got more: a bomb/);
});

Deno.test("unpackArchive() refuses what is cut short or no archive", async () => {
  const tar = tarFile([{ name: "x", content: new Uint8Array(5000).fill(7) }]);
  match(await refusal(tar.subarray(0, 3000)), /"archive" must be a whole tar/);
  const packed = gzipSync(tar);
  match(
    await refusal(packed.subarray(0, packed.length - 12)),
    /"archive" must be a whole tar/,
  );
  const broken = tar.slice();
  broken[0] = 65;
  match(
    await refusal(broken),
    /"archive" must be a whole tar file: .*checksum/,
  );
  const zip = ARCHIVES["zip"]!;
  match(await refusal(zip.subarray(0, zip.length - 30)), /a whole zip file/);
  match(
    await refusal(text("<html>not found")),
    /"first bytes" must be those of/,
  );
  match(await refusal(new Uint8Array()), /"first bytes" must be those of/);
  const locked = zip.slice();
  // Bit 0 of the flags of the first line of the directory.
  const at = locked.findIndex((_, i) =>
    locked[i] === 0x50 && locked[i + 1] === 0x4b && locked[i + 2] === 1
  );
  locked[at + 8]! |= 1;
  match(await refusal(locked), /must be readable without a password/);
});

Deno.test("unpackArchive() names an archive that is not there, and stops when told to", () =>
  withFolder(async (root) => {
    const archive = join(root, "archive");
    equal(left(await unpackArchive(archive, root)())._tag, "MissingFile");
    match(left(await unpackArchive(root, root)()).message, /got a folder$/);
    right(await writeAtomic(archive, ARCHIVES["zip"]!)());
    const signal = AbortSignal.abort(new Error("enough"));
    const out = join(root, "out");
    await rejects(unpackArchive(archive, out, { signal })(), /enough/);
    deepStrictEqual(await readdir(out), []);
  }));
