/**
 * Serves a page that matches pictures: `deno task page [options]`.
 *
 * @module
 */

import process from "node:process";
import { pipe } from "fp-ts/function";
import * as TE from "fp-ts/TaskEither";
import {
  checkImageSize,
  defaultImageSize,
  loadCheckpoint,
  loadWeights,
  watchInterrupt,
} from "@simsc/core/runs";
import { explained } from "./_explained.ts";
import { newestRun } from "./_newest_run.ts";
import { pageFiles } from "./_page_files.ts";
import { pageCommand } from "./_page_options.ts";
import { serveFiles } from "./_serve_files.ts";

const command = pageCommand(process.argv.slice(2));
const interrupt = await watchInterrupt();
const stopped = new Promise<"stopped">((resolve) => {
  interrupt.signal.addEventListener("abort", () => resolve("stopped"));
});

const made = pipe(
  TE.Do,
  TE.bindW(
    "named",
    () =>
      command.model !== "newest" ? TE.right(command.model) : pipe(
        newestRun("runs"),
        TE.map((checkpoint) => ({ checkpoint })),
      ),
  ),
  TE.bindW(
    "model",
    ({ named }) =>
      "checkpoint" in named
        ? loadCheckpoint(named.checkpoint)
        : loadWeights(named),
  ),
  TE.bindW("size", ({ model: { config: { backbone }, training } }) => {
    const size = command.size ?? training?.size ?? defaultImageSize(backbone);
    return TE.fromEither(checkImageSize(backbone, size, "options"));
  }),
  TE.bindW("files", ({ named, model, size }) => {
    const { config, parameters } = model;
    const name = "checkpoint" in named ? named.checkpoint : named.weights;
    console.log(`model: ${config.backbone.name} of ${name}`);
    console.log("bundling the page");
    return pageFiles({
      name,
      config,
      hasBeta: "checkpoint" in named,
      size,
      coordinates: command.coordinates ?? config.coordinates,
      reading: command.reading(model),
      backend: command.backend,
    }, parameters);
  }),
  TE.bindW("served", ({ files }) => serveFiles(files, command)),
);

const outcome = await Promise.race([made(), stopped]);
if (outcome === "stopped") process.exit(130);
if (outcome._tag === "Left") {
  console.error(explained(outcome.left));
  process.exit(1);
}
const { served } = outcome.right;
console.log(`page: ${served.url}`);
console.log("Ctrl-C ends it");
await stopped;
await served.close();
process.exit(0);
