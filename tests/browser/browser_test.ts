// The same code as everywhere else, bundled into a page and run in a browser.
import { deepStrictEqual, equal, ok } from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import project from "../../deno.json" with { type: "json" };
import type { PageOrder, PageReport, PageResult } from "./_page.ts";
import { servePage } from "./_serve.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CASES = join(ROOT, "tests", "fixtures", "goldens", "cases");
const CHROMIUM = "/usr/bin/chromium";
const TIMEOUT_MS = 120_000;

/** What is asked for, and the backend that must come. */
const BACKENDS = {
  "reference": "reference",
  "tfjs-cpu": "tfjs-cpu",
  "tfjs-wasm": "tfjs-wasm",
  "tfjs-webgpu": "tfjs-webgpu",
  "onnx-wasm": "onnx-wasm",
  "onnx-webgpu": "onnx-webgpu",
  // No native code in a page, and its GPU is emulated here.
  "auto": "onnx-wasm",
} as const;

/** Operations tried in the page, the first case of each. */
const OPERATIONS = ["correlate", "objective", "kernelSoftArgmax", "maxPool"];

async function deno(...args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
  }).output();
  const [out, err] = [stdout, stderr].map((b) => new TextDecoder().decode(b));
  ok(success, `deno ${args[0]}: ${err}`);
  return out!;
}

/** Bundles the page into a folder; what a browser never loads stays outside. */
async function bundle(folder: string): Promise<void> {
  const outside = ["onnxruntime-node", "node:*"];
  await deno(
    "bundle",
    "--platform=browser",
    "--code-splitting",
    ...outside.flatMap((name) => ["--external", name]),
    `--outdir=${folder}`,
    "tests/browser/_page.ts",
  );
}

/** The `dist` folder of a package in Deno's cache. */
async function distOf(name: keyof typeof project.imports): Promise<string> {
  const { npmCache } = JSON.parse(await deno("info", "--json"));
  const path = project.imports[name].replace("npm:", "");
  const at = path.lastIndexOf("@");
  const [registry] = await readdir(npmCache);
  const version = path.slice(at + 1);
  return join(npmCache, registry!, path.slice(0, at), version, "dist");
}

/** Opens the page in a browser and waits for its report. */
async function reportOf(
  page: { readonly url: string; readonly report: Promise<unknown> },
  profile: string,
): Promise<PageReport> {
  const browser = new Deno.Command(CHROMIUM, {
    args: [
      "--headless",
      "--no-sandbox",
      "--no-first-run",
      "--enable-unsafe-webgpu",
      "--use-webgpu-adapter=swiftshader",
      `--user-data-dir=${profile}`,
      page.url,
    ],
    stdout: "null",
    stderr: "null",
  }).spawn();
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const late = new Promise<never>((_, reject) => {
    timeout.onabort = () => reject(timeout.reason);
  });
  const ended = browser.status.then(({ code }) => {
    throw new Error(`the browser ended with ${code} before the page reported`);
  });
  try {
    return await Promise.race([page.report, late, ended]) as PageReport;
  } finally {
    ended.catch(() => {});
    browser.kill();
    await browser.status;
  }
}

const present = existsSync(CHROMIUM);
const reason = present ? "" : ` (skipped: no ${CHROMIUM})`;

Deno.test({
  name: `a page runs the library on every backend of a browser${reason}`,
  ignore: !present,
  fn: async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "page-"));
    const files = (await readdir(CASES)).sort();
    const cases = OPERATIONS.map((op) =>
      files.find((file) => file.endsWith(`-${op}.json`))!
    );
    const script = join(folder, "script");
    await bundle(script);
    const backends = Object.keys(BACKENDS) as (keyof typeof BACKENDS)[];
    const served = await servePage({
      script: "script/_page.js",
      folders: {
        script: [script],
        cases: [CASES],
        wasm: [
          await distOf("onnxruntime-web"),
          await distOf("@tensorflow/tfjs-backend-wasm"),
        ],
      },
      order: { backends, cases } satisfies PageOrder,
    });
    try {
      const { isolated, results } = await reportOf(served, join(folder, "it"));
      ok(isolated, "the page is not cross-origin isolated");
      deepStrictEqual(served.missing, []);
      for (const name of backends) {
        await t.step(name, () => {
          const result = results[name] ?? { error: "no result" };
          check(BACKENDS[name], result, cases.length);
        });
      }
    } finally {
      served.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
});

function check(name: string, result: PageResult, cases: number): void {
  equal(result.error, "");
  equal(result.name, name);
  // The middle of A lies one cell to the right in B.
  const [x = NaN, y = NaN] = result.match ?? [];
  ok(Math.abs(x - 2) < 1e-3 && Math.abs(y) < 1e-3, `match at ${x}, ${y}`);
  const failed = result.outcomes?.filter(({ failure }) => failure !== "");
  deepStrictEqual(failed, []);
  equal(result.outcomes?.length, cases);
}
