/**
 * A run and what was exported of it, compared outside the library.
 *
 *     deno task bench:export RUN [--python PATH] [--like FILE]
 *       [--onnx FILE --images A,B]
 *
 * Safetensors, loaded by PyTorch: the largest difference
 * `|ours - theirs| / (1 + |theirs|)` of feature maps of a square and of a
 * rectangle of noise, at most 1e-4. With `--onnx`, a file that
 * `deno task export --dtype float32` wrote: how far its matches of two pictures
 * lie from those of `matchPair`, at most 1e-3 cells.
 *
 * @module
 */

import process from "node:process";
import { createBackend, loadCheckpoint } from "@simsc/core/runs";
import { exportedMatches } from "./export_onnx.ts";
import { exportedFeatures } from "./export_safetensors.ts";
import { givenOption } from "./option_values.ts";
import { right } from "./_right.ts";
import { scriptOptions } from "./script_options.ts";
import { wrongOption } from "./wrong_option.ts";

const FEATURES_LIMIT = 1e-4;
const CELLS_LIMIT = 1e-3;
const { values: { python, like, onnx, images }, positionals } = scriptOptions(
  import.meta.url,
  {
    allowPositionals: true,
    options: {
      python: { type: "string", default: "python3" },
      like: { type: "string" },
      onnx: { type: "string" },
      images: { type: "string", default: "" },
    },
  },
);

const run = givenOption("RUN", positionals[0]);
const [source, target] = images.split(",");
if (onnx !== undefined && (!source || !target)) {
  wrongOption(
    `--images must be two pictures, A,B, beside --onnx: got "${images}"`,
  );
}

const model = right(await loadCheckpoint(run)());
const backend = right(await createBackend("onnx-cpu")());
try {
  const features = await exportedFeatures(backend, {
    run,
    model,
    python,
    like,
  });
  console.log(`safetensors in PyTorch: ${JSON.stringify(features)}`);
  if (!(features.error <= FEATURES_LIMIT)) process.exitCode = 1;
  if (onnx !== undefined && source && target) {
    const pair = { source, target };
    const cells = await exportedMatches(backend, { model, onnx, pair });
    console.log(`ONNX in ONNX Runtime: ${JSON.stringify(cells)}`);
    if (!(cells.furthest <= CELLS_LIMIT)) process.exitCode = 1;
  }
} finally {
  await backend.close();
}
