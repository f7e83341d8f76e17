import { deepStrictEqual, equal, match, ok, rejects } from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { download } from "../../src/data/download.ts";
import { serveBytes, sha256, withServer } from "./_file_server.ts";
import { left, right, withFolder } from "./_helpers.ts";

const BYTES = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7) % 251);

Deno.test("download() brings a file, tells how far it is, and leaves nothing else", async () => {
  await withFolder((folder) =>
    withServer((request) => serveBytes(request, BYTES), async (base) => {
      const file = join(folder, "deep", "a.bin");
      const heard: number[] = [];
      const done = right(
        await download(`${base}/a.bin`, {
          file,
          sha256: sha256(BYTES),
          size: BYTES.length,
          onProgress: ({ done, total }) => {
            equal(total, BYTES.length);
            heard.push(done);
          },
        })(),
      );
      deepStrictEqual(done, {
        file,
        bytes: BYTES.length,
        sha256: sha256(BYTES),
        resumedFrom: 0,
      });
      deepStrictEqual(new Uint8Array(await readFile(file)), BYTES);
      deepStrictEqual(await readdir(join(folder, "deep")), ["a.bin"]);
      deepStrictEqual(heard, heard.toSorted((a, b) => a - b));
      deepStrictEqual([heard[0], heard.at(-1)], [0, BYTES.length]);
    })
  );
});

Deno.test("download() goes on where a broken connection ended", async () => {
  let calls = 0;
  await withFolder((folder) =>
    withServer(
      (request) =>
        serveBytes(request, BYTES, calls++ < 2 ? { breakAfter: 100_000 } : {}),
      async (base, seen) => {
        const file = join(folder, "a.bin");
        right(
          await download(base, { file, sha256: sha256(BYTES), waitMs: 1 })(),
        );
        deepStrictEqual(seen.map(({ range }) => range), [
          null,
          "bytes=100000-",
          "bytes=200000-",
        ]);
      },
    )
  );
});

Deno.test("download() goes on in another call, unless the file has changed", async () => {
  for (const etag of ['"v1"', '"v2"']) {
    let isFirst = true;
    await withFolder((folder) =>
      withServer(
        (request) =>
          serveBytes(
            request,
            BYTES,
            isFirst ? { breakAfter: 100_000 } : { etag },
          ),
        async (base, seen) => {
          const file = join(folder, "a.bin");
          const error = left(await download(base, { file, retries: 0 })());
          equal(error._tag, "FailedDownload");
          match(error.message, /got a broken connection/);
          isFirst = false;
          const { resumedFrom } = right(
            await download(base, { file, sha256: sha256(BYTES) })(),
          );
          equal(resumedFrom, etag === '"v1"' ? 100_000 : 0);
          equal(seen[1]?.range, "bytes=100000-");
          deepStrictEqual(await readdir(folder), ["a.bin"]);
        },
      )
    );
  }
});

Deno.test("download() starts anew where nothing promises equal bytes", async () => {
  let isFirst = true;
  await withFolder((folder) =>
    withServer(
      (request) => {
        const broken = isFirst ? { breakAfter: 1000 } : {};
        isFirst = false;
        return serveBytes(request, BYTES, { etag: 'W/"v1"', ...broken });
      },
      async (base, seen) => {
        const file = join(folder, "a.bin");
        // Of a part that another address left, nothing is used either.
        await writeFile(`${file}.part`, "x");
        await writeFile(
          `${file}.part.json`,
          JSON.stringify({ url: "http://other", etag: '"v1"' }),
        );
        right(
          await download(base, { file, sha256: sha256(BYTES), waitMs: 1 })(),
        );
        deepStrictEqual(seen.map(({ range }) => range), [null, null]);
      },
    )
  );
});

Deno.test("download() starts anew when the part is longer than the file", async () => {
  await withFolder((folder) =>
    withServer((request) => serveBytes(request, BYTES), async (base) => {
      const file = join(folder, "a.bin");
      await writeFile(`${file}.part`, new Uint8Array(BYTES.length + 5));
      await writeFile(
        `${file}.part.json`,
        JSON.stringify({ url: base, etag: '"v1"' }),
      );
      right(await download(base, { file, sha256: sha256(BYTES), waitMs: 1 })());
    })
  );
});

Deno.test("download() refuses another checksum or size, and keeps nothing", async () => {
  await withFolder((folder) =>
    withServer((request) => serveBytes(request, BYTES), async (base) => {
      const file = join(folder, "a.bin");
      for (
        const [wanted, message] of [
          [
            { sha256: "0".repeat(64) },
            /got SHA-256 \w{64} instead of 0{64}$/,
          ],
          [{ sha256: "00000000" }, /instead of 00000000$/],
          [{ sha256: sha256(BYTES).slice(0, 4) }, /SHA-256/], // too short
          [{ size: 5 }, /got 300000 bytes instead of 5$/],
          [{ maxBytes: 1000 }, /got more than 1000 bytes$/],
        ] as const
      ) {
        const error = left(await download(base, { file, ...wanted })());
        match(error.message, message);
        ok(!(await readdir(folder)).includes("a.bin"));
      }
      right(
        await download(base, { file, sha256: sha256(BYTES).slice(0, 8) })(),
      );
    })
  );
});

Deno.test("download() tries again after 503, not after 404", async () => {
  await withFolder(async (folder) => {
    const file = join(folder, "a.bin");
    let calls = 0;
    await withServer(
      (request) =>
        calls++ < 2
          ? new Response("busy", { status: 503 })
          : serveBytes(request, BYTES),
      async (base, seen) => {
        right(await download(base, { file, waitMs: 1 })());
        equal(seen.length, 3);
      },
    );
    await withServer(
      () => new Response("none", { status: 404 }),
      async (base, seen) => {
        const error = left(await download(base, { file, waitMs: 1 })());
        equal(error._tag === "FailedDownload" && error.status, 404);
        equal(
          error.message,
          `${base}: must give the whole file: got answer 404`,
        );
        equal(seen.length, 1);
      },
    );
    // The server is gone by now, and no folder is made for what never comes.
    const gone = left(
      await download("http://127.0.0.1:1/", {
        file: join(folder, "none", "at", "all", "a.bin"),
        waitMs: 1,
        retries: 1,
      })(),
    );
    await rejects(readdir(join(folder, "none")), { code: "ENOENT" });
    match(gone.message, /got no answer \(/);
  });
});

Deno.test("download() is not disturbed by one that fails in the same new folder", async () => {
  // The one that will fail makes the folder; both are asked for before either is answered.
  const answers = new Map<string, () => void>();
  await withFolder((folder) =>
    withServer(
      async (request, path) => {
        await new Promise<void>((answer) => answers.set(path, answer));
        return path === "/none"
          ? new Response("none", { status: 404 })
          : serveBytes(request, BYTES);
      },
      async (base) => {
        const asked = async (path: string) => {
          const file = join(folder, "new", path);
          const outcome = download(`${base}/${path}`, { file })();
          while (!answers.has(`/${path}`)) {
            await new Promise((resolve) => setTimeout(resolve, 1));
          }
          return { outcome };
        };
        const [none, good] = [await asked("none"), await asked("good")];
        answers.get("/none")?.();
        left(await none.outcome);
        answers.get("/good")?.();
        equal(right(await good.outcome).bytes, BYTES.length);
        deepStrictEqual(await readdir(join(folder, "new")), ["good"]);
      },
    )
  );
});

Deno.test("download() stops on a signal and goes on in the next call", async () => {
  await withFolder((folder) =>
    withServer((request) => serveBytes(request, BYTES), async (base) => {
      const file = join(folder, "a.bin");
      const controller = new AbortController();
      const error = left(
        await download(base, {
          file,
          signal: controller.signal,
          onProgress: ({ done }) => {
            if (done > 0) controller.abort();
          },
        })(),
      );
      match(error.message, /got stopped: call again to go on$/);
      const { resumedFrom } = right(
        await download(base, { file, sha256: sha256(BYTES) })(),
      );
      ok(resumedFrom > 0);
    })
  );
});

Deno.test("download() tells a disk that takes nothing from a server that gives nothing", async () => {
  await withFolder(async (folder) => {
    await writeFile(join(folder, "a"), "");
    const error = left(
      await download("http://127.0.0.1:1/", { file: join(folder, "a", "b") })(),
    );
    match(error.message, /"file" must be a writable file: got a file where/);
    const file = `${join(folder, "b")}/`;
    const fetch = () => Promise.resolve(new Response("x"));
    equal(
      left(await download("http://127.0.0.1:1/", { file, fetch })()).message,
      `${file}: "file" must be a writable file: got no folder that can hold it`,
    );
  });
});
