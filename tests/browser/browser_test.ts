// The same code as everywhere else, bundled into a page and run in a browser.
import { deepStrictEqual, equal, ok } from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundlePage, wasmFolders } from "./_bundle_page.ts";
import { openBrowser } from "./_open_browser.ts";
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

/** Opens the page in a browser and waits for its report. */
async function reportOf(
  page: { readonly url: string; readonly report: Promise<unknown> },
  profile: string,
): Promise<PageReport> {
  const browser = openBrowser(CHROMIUM, { url: page.url, profile });
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const late = new Promise<never>((_, reject) => {
    timeout.onabort = () => reject(timeout.reason);
  });
  try {
    const first = await Promise.race([page.report, late, browser.ended]);
    return first as PageReport;
  } finally {
    await browser.close();
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
    await bundlePage("tests/browser/_page.ts", script);
    const backends = Object.keys(BACKENDS) as (keyof typeof BACKENDS)[];
    const served = await servePage({
      script: "script/_page.js",
      folders: {
        script: [script],
        cases: [CASES],
        wasm: await wasmFolders(),
      },
    });
    const report = served.ask({ backends, cases } satisfies PageOrder);
    try {
      const { isolated, results } = await reportOf(
        { url: served.url, report },
        join(folder, "it"),
      );
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
