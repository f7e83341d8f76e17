/**
 * Drawings as pixels.
 *
 * @module
 */

import type { AsyncResult } from "../../core/result.ts";
import { type DataError, malformedFile } from "../data_error.ts";
import type { RgbImage } from "../rgb_image.ts";

/** Options of {@linkcode rasterizeSvg}. */
export interface RasterizeOptions {
  /** Columns of the result in pixels; the drawing's own width by default. */
  readonly width?: number;
  /**
   * The rasteriser's WebAssembly (`index_bg.wasm` of `@resvg/resvg-wasm`), or
   * where it is. Needed in browsers; elsewhere it is found in the package.
   * Only the first call of a process uses it.
   */
  readonly wasm?: BufferSource | URL | WebAssembly.Module;
}

/**
 * Renders an SVG document with resvg on white.
 *
 * @param svg The document.
 * @param options Size, and where the WebAssembly is.
 * @returns Pixels `[H, W, 3]`, the same on every machine.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { rasterizeSvg } from "@simsc/core/data";
 *
 * const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="2" height="1">` +
 *   `<rect width="2" height="1" fill="#010203"/></svg>`;
 * const image = await rasterizeSvg(svg)();
 * deepEqual(
 *   image._tag === "Right" && [...image.right.data],
 *   [1, 2, 3, 1, 2, 3],
 * );
 * ```
 */
export function rasterizeSvg(
  svg: string,
  options: RasterizeOptions = {},
): AsyncResult<DataError, RgbImage> {
  return async () => {
    try {
      const resvg = await import("@resvg/resvg-wasm");
      await start(resvg.initWasm, options.wasm);
      const document = new resvg.Resvg(svg, {
        background: "#fff",
        font: { loadSystemFonts: false },
        ...(options.width === undefined
          ? {}
          : { fitTo: { mode: "width", value: options.width } }),
      });
      const rendered = document.render();
      const { width, height, pixels } = rendered;
      const data = new Uint8Array(width * height * 3);
      for (let i = 0, o = 0; o < data.length; i += 4, o += 3) {
        data[o] = pixels[i]!;
        data[o + 1] = pixels[i + 1]!;
        data[o + 2] = pixels[i + 2]!;
      }
      rendered.free();
      document.free();
      return {
        _tag: "Right",
        right: { width, height, data, decoder: "@resvg/resvg-wasm 2.6.2" },
      };
    } catch (cause) {
      return {
        _tag: "Left",
        left: malformedFile(
          "(drawing)",
          "svg",
          "a document that resvg can render",
          String(cause),
          cause,
        ),
      };
    }
  };
}

// The package can be started once a process and says nothing of when it is
// ready, so everyone waits for the one start.
const started: { once?: Promise<void> } = {};

/** Starts the module, or waits for its start; a failed one is tried again. */
function start(
  initWasm: (wasm: BufferSource | URL | WebAssembly.Module) => Promise<void>,
  wasm: RasterizeOptions["wasm"],
): Promise<void> {
  started.once ??= (async () => {
    // Only after the bytes are there: the package never tries twice.
    const source = wasm ?? await packagedWasm();
    try {
      await initWasm(source);
    } catch (cause) {
      // Another user of the package in this process came first.
      if (!String(cause).includes("Already initialized")) throw cause;
    }
  })().catch((cause) => {
    delete started.once;
    throw cause;
  });
  return started.once;
}

async function packagedWasm(): Promise<Uint8Array<ArrayBuffer>> {
  const { readFile } = await import("node:fs/promises");
  return new Uint8Array(
    await readFile(
      new URL(import.meta.resolve("@resvg/resvg-wasm/index_bg.wasm")),
    ),
  );
}
