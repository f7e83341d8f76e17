/**
 * Everything the page loads, by its path.
 */

import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { encodeSafetensors } from "@simsc/core/data";
import type { AsyncResult, Model } from "@simsc/core/runs";
import type { ServedFile } from "./_serve_files.ts";
import { type PageSettings, PATHS } from "./page/settings.ts";
import { SHELL } from "./page/shell.ts";
import { STYLE } from "./page/style.ts";

/** What a browser never loads. */
const OUTSIDE = ["onnxruntime-node", "node:*"];

/**
 * Bundles the page and puts the model and all WebAssembly beside it.
 *
 * @param settings What the page is told.
 * @param parameters Numbers of the model.
 * @returns Its files by path, or why there is no page.
 */
export function pageFiles(
  settings: PageSettings,
  parameters: Model["parameters"],
): AsyncResult<{ readonly message: string }, ReadonlyMap<string, ServedFile>> {
  return async () => {
    try {
      const files: readonly (readonly [string, ServedFile])[] = [
        ["", { text: SHELL, type: "text/html; charset=utf-8" }],
        [PATHS.style, { text: STYLE }],
        [PATHS.settings, { text: JSON.stringify(settings) }],
        [PATHS.weights, { bytes: encodeSafetensors(parameters) }],
        ...await scripts(),
        ...await wasm(),
      ];
      return { _tag: "Right", right: new Map(files) };
    } catch (cause) {
      const message = `the page cannot be bundled: ${
        cause instanceof Error ? cause.message : cause
      }`;
      return { _tag: "Left", left: { message } };
    }
  };
}

/** The script and what it loads, compiled in memory. */
async function scripts(): Promise<readonly (readonly [string, ServedFile])[]> {
  const entry = new URL("page/main.ts", import.meta.url);
  const { success, errors, outputFiles = [] } = await Deno.bundle({
    entrypoints: [fileURLToPath(entry)],
    outputDir: "/",
    platform: "browser",
    codeSplitting: true,
    minify: true,
    external: OUTSIDE,
    write: false,
  });
  if (!success) throw new Error(errors.map(({ text }) => text).join("; "));
  return outputFiles.map(({ path, contents = new Uint8Array() }) => [
    basename(path),
    { bytes: contents },
  ]);
}

/** Where packages look for their WebAssembly in a page. */
async function wasm(): Promise<readonly (readonly [string, ServedFile])[]> {
  const at = (name: string): string => fileURLToPath(import.meta.resolve(name));
  const backends = await Promise.all(
    ["onnxruntime-web", "@tensorflow/tfjs-backend-wasm"].map(async (name) => {
      const folder = dirname(at(name));
      const names = await readdir(folder);
      return names.filter((each) => /^(ort-wasm.*\.mjs|.*\.wasm)$/.test(each))
        .map((each) => join(folder, each));
    }),
  );
  return [
    ...backends.flat().map((path) =>
      [PATHS.wasm + basename(path), { path }] as const
    ),
    [PATHS.resvg, { path: at("@resvg/resvg-wasm/index_bg.wasm") }],
    // Beside the script, where its JPEG decoder looks.
    [
      "mozjpeg_dec.wasm",
      { path: at("@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm") },
    ],
  ];
}
