import { deepStrictEqual, equal, match, ok } from "node:assert/strict";
import { mkdir, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { newestRun } from "../../examples/_newest_run.ts";
import { serveFiles } from "../../examples/_serve_files.ts";
import { inFolder, left, right } from "../runs/_helpers.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The command in a folder without runs; it must end by itself. */
async function run(cwd: string, ...args: readonly string[]) {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--unstable-bundle", "-P=page", "--no-check", "--quiet"],
      ...["--config", `${ROOT}deno.json`, `${ROOT}examples/page.ts`, ...args],
    ],
    cwd,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  return { code, said: new TextDecoder().decode(stderr) };
}

Deno.test("deno task page says how to come by a model", async () => {
  await inFolder(async (folder) => {
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [[], /runs: there is no trained run: `deno task train` makes one/],
      [["--checkpoint", "none"], /none\/best.*\(from --checkpoint none\)/],
      [["--backbone", "tiny"], /give either --checkpoint/],
      [["--layer", "2"], /give either --checkpoint/],
      [
        ["--checkpoint", "a", "--layer", "2"],
        /--layer, --layers and --norm are of plain weights/,
      ],
      [
        ["--backbone=tiny", "--weights=a", "--beta-eval=auto"],
        /plain weights have no temperature/,
      ],
      [["a.jpg", "b.jpg"], /too many arguments/],
      [["--port", "70000"], /wanted a number below 65536/],
      [["--backend", "onnx-cpu"], /choices are reference, tfjs-webgpu/],
    ];
    for (const [args, pattern] of cases) {
      const { code, said } = await run(folder, ...args);
      equal(code, 1, said);
      match(said, pattern);
    }
  });
});

Deno.test("newestRun() takes the run whose best checkpoint is the latest", async () => {
  await inFolder(async (folder) => {
    match(left(await newestRun(folder)()).message, /there is no trained run/);
    for (const [name, written] of [["old", 1000], ["new", 2000]] as const) {
      await mkdir(`${folder}/${name}`);
      const file = `${folder}/${name}/best.safetensors`;
      await writeFile(file, "");
      await utimes(file, written, written);
    }
    // Neither drawn objects nor a run that has not validated yet are meant.
    await mkdir(`${folder}/procedural`);
    await mkdir(`${folder}/begun`);
    await writeFile(`${folder}/begun/config.json`, "{}");
    equal(right(await newestRun(folder)()), `${folder}/new`);
  });
});

Deno.test("serveFiles() serves what it was given, isolated, and ends", async () => {
  const files = new Map([
    ["", { text: "<!doctype html>", type: "text/html" }],
    ["a.wasm", { bytes: Uint8Array.of(1, 2) }],
    ["deno.json", { path: `${ROOT}deno.json` }],
    ["gone", { path: `${ROOT}no such file` }],
  ]);
  const { url, close } = right(await serveFiles(files, { port: 0 })());
  const page = await fetch(`${url}?query`);
  equal(await page.text(), "<!doctype html>");
  equal(page.headers.get("Cross-Origin-Opener-Policy"), "same-origin");
  equal(page.headers.get("Cross-Origin-Embedder-Policy"), "require-corp");
  const wasm = await fetch(`${url}a.wasm`);
  equal(wasm.headers.get("Content-Type"), "application/wasm");
  deepStrictEqual([...await wasm.bytes()], [1, 2]);
  ok((await (await fetch(`${url}deno.json`)).json()).name);
  for (const path of ["README.md", "..%2fdeno.json", "a.wasm/"]) {
    const missing = await fetch(url + path);
    equal(missing.status, 404, path);
    await missing.body?.cancel();
  }
  await close();
});

Deno.test("serveFiles() says of a port that is taken what to do", async () => {
  const other = createServer();
  await new Promise<void>((done) => other.listen(0, "127.0.0.1", done));
  const { port } = other.address() as AddressInfo;
  const refused = left(await serveFiles(new Map(), { port })());
  equal(
    refused.message,
    `port ${port} is taken: name another with --port, 0 for any free one`,
  );
  await new Promise((done) => other.close(done));
});
