/**
 * Evaluates a model on annotated pairs: `deno task evaluate [options]`.
 *
 * @module
 */

import process from "node:process";
import { pipe } from "fp-ts/function";
import * as TE from "fp-ts/TaskEither";
import { readPairs, writeAtomic } from "@simsc/core/data";
import {
  backboneStride,
  checkImageSize,
  createBackend,
  createPredictor,
  defaultImageSize,
  evaluate,
  evaluationTable,
  formatEvaluation,
  frozenFeatures,
  imageLoader,
  loadCheckpoint,
  loadWeights,
  summarize,
  terminalProgress,
  watchInterrupt,
} from "@simsc/core/runs";
import { evaluateCommand } from "./_evaluate_options.ts";

const command = evaluateCommand(process.argv.slice(2));
const interrupt = await watchInterrupt();
const progress = terminalProgress(process.stderr);

const outcome = await pipe(
  TE.Do,
  TE.bindW("backend", () =>
    createBackend(command.backend, {
      lowering: command.lowering,
    })),
  TE.bindW("model", () =>
    command.checkpoint === undefined
      ? loadWeights({
        ...command,
        backbone: command.backbone ?? "",
        weights: command.weights ?? "",
      })
      : loadCheckpoint(command.checkpoint)),
  TE.bindW("size", ({ model }) => {
    const { training, config: { backbone } } = model;
    const size = command.size ?? training?.size ?? defaultImageSize(backbone);
    return TE.fromEither(checkImageSize(backbone, size, "options"));
  }),
  TE.bindW("set", () => readPairs(command.data, command)),
  TE.chainW(({ backend, model, size, set }) => {
    const config = {
      ...model.config,
      coordinates: command.coordinates ?? model.config.coordinates,
    };
    const { training } = model;
    const options = {
      ...command,
      betaEval: command.betaEval ?? training?.betaEval ?? "auto",
      size,
      sigmaCells: command.sigmaCells ?? training?.sigmaCells ?? 7,
    };
    const threshold = command.threshold ?? set.threshold;
    const predictor = createPredictor(backend, {
      ...options,
      config,
      baked: model.parameters,
    });
    const load = imageLoader({
      size: options.size,
      stride: backboneStride(config.backbone),
    });
    const prepare = command.featureCache && frozenFeatures(backend, {
      backbone: config.backbone,
      parameters: model.parameters,
      upTo: "maps",
      load,
      size: options.size,
      folder: command.featureCache,
    });
    const inputs = {
      config,
      predictor,
      pairs: set.pairs,
      load,
      ...(prepare && { prepare }),
    };
    return pipe(
      evaluate(backend, inputs, {
        ...command,
        threshold,
        signal: interrupt.signal,
        onProgress: progress.report,
      }),
      TE.map((pairs) =>
        summarize(pairs, {
          ...options,
          data: `${set.name} ${set.split}`,
          ...(set.choices && { reading: set.choices }),
          backbone: config.backbone.name,
          layers: config.backbone.outputs,
          ...(config.backbone.kind === "vit" &&
            { finalNorm: config.backbone.norm }),
          backend: backend.name,
          coordinates: config.coordinates,
          normalize: config.normalize,
          threshold,
          localizer: "kernelSoftArgmax",
        })
      ),
    );
  }),
  TE.chainFirstW((result) =>
    command.json === undefined
      ? TE.right(undefined)
      : writeAtomic(command.json, `${JSON.stringify(result, null, 1)}\n`)
  ),
)();

progress.close();
interrupt.dispose();
if (outcome._tag === "Left") {
  console.error(outcome.left.message);
  process.exit(1);
}
const { choices, beta, images, points } = outcome.right;
console.log(formatEvaluation(evaluationTable(outcome.right)));
console.log(
  `${choices.data}: ${points} keypoints, ${images} images at ` +
    `${choices.size}, ${choices.backend}\n` +
    `threshold ${choices.threshold} and errors in ${choices.space} pixels, ` +
    `coordinates ${choices.coordinates}, ${choices.localizer} ` +
    `σ ${choices.sigmaCells}\nβ ${beta.mean.toFixed(4)} ± ` +
    `${beta.std.toFixed(4)} (${choices.betaEval}), ` +
    `${choices.decoders.join(", ")}`,
);
process.exit(0);
